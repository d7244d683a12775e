/** `polywarden user create|password|list`. */
import { text } from 'node:stream/consumers';
import { openPasswordHasher } from '../adapters/password-argon2.js';
import { InvalidInputError } from '../errors.js';
import { type Rights, ROLES, type Role } from '../ports/store.js';
import type { PasswordHasher } from '../ports.js';
import { sightOf } from '../usecases/review/sight.js';
import { type Io, readArgs, unknownWord, usageError } from './io.js';
import { jsonText } from './json-text.js';
import { RIGHTS_OPTIONS, RIGHTS_USAGE, rightsFrom, sayRights } from './rights.js';
import { OPERATOR, type StorePorts, storeFrom, type WithStore } from './store.js';

const USER_USAGE = `polywarden user create   --login NAME [--role ${ROLES.join('|')}] [--password-stdin | --password WORD]
                         [--languages LIST] [--regions LIST] [--categories LIST] [--desks LIST]
polywarden user password [--login NAME] [--password-stdin | --password WORD]
polywarden user list [--json]

  Without a password one is made and printed. A new password ends every session of that person.
  --password-stdin   it is the one line of standard input
  --password WORD    every user of this machine can read it in the list of processes
${RIGHTS_USAGE}
  --json             data instead of text`;

const OPTIONS = {
  login: { type: 'string' },
  role: { type: 'string', default: 'reviewer' },
  password: { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  ...RIGHTS_OPTIONS,
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;
const PASSWORD_BYTES = 15;
const LEAST_LENGTH = 12;

interface Order {
  readonly login: string;
  readonly password: string | null;
  readonly role: Role;
  /** Unset: everything on the general desk. */
  readonly rights: Rights | undefined;
}

export async function userCommand(
  args: readonly string[],
  io: Io,
  withStore: WithStore = storeFrom(),
  hasher: PasswordHasher = openPasswordHasher(),
): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, USER_USAGE);
  if (values.help) {
    io.stdout.write(`${USER_USAGE}\n`);
    return 0;
  }
  const [verb, ...rest] = positionals;
  const rights = rightsFrom(values, USER_USAGE);
  if (rights !== undefined && verb !== 'create') throw usageError('Rights are given with user create', USER_USAGE);
  if (verb === undefined) throw usageError('create, password or list?', USER_USAGE);
  if (rest.length > 0) throw usageError(`Unexpected argument ${rest[0]}`, USER_USAGE);
  if (verb === 'list') {
    io.stdout.write(await withStore((ports) => list(ports, values.json)));
    return 0;
  }
  const act = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (act === undefined)
    throw usageError(unknownWord('command user', verb, [...Object.keys(VERBS), 'list']), USER_USAGE);
  const role = ROLES.find((one) => one === values.role);
  if (role === undefined) throw usageError(unknownWord('role', values.role, ROLES), USER_USAGE);
  const login = values.login ?? (verb === 'password' ? 'admin' : undefined);
  if (login === undefined) throw usageError('--login is needed', USER_USAGE);
  const password = await givenPassword(values, io);
  const folder = verb === 'create' ? 'may be new' : 'is there';
  const made = await withStore((ports) => act(ports, hasher, { login, password, role, rights }), folder);
  io.stdout.write(`login ${login}\n${password === null ? `password ${made}   (shown once)\n` : ''}`);
  return 0;
}

async function givenPassword(
  values: { readonly password?: string | undefined; readonly 'password-stdin': boolean },
  io: Io,
): Promise<string | null> {
  const fromStdin = values['password-stdin'];
  if (fromStdin && values.password !== undefined) throw usageError('One of the two passwords', USER_USAGE);
  const password = fromStdin ? (await text(io.stdin)).replace(/\r?\n$/, '') : values.password;
  if (password === undefined) return null;
  if (/[\r\n]/.test(password)) throw usageError('A password is one line', USER_USAGE);
  if (password.length < LEAST_LENGTH) {
    throw usageError(`A password has at least ${LEAST_LENGTH} characters`, USER_USAGE);
  }
  return password;
}

const VERBS: Readonly<Record<string, (ports: StorePorts, hasher: PasswordHasher, order: Order) => Promise<string>>> = {
  create,
  password: change,
};

async function create(ports: StorePorts, hasher: PasswordHasher, order: Order): Promise<string> {
  const { access } = ports.store;
  if ((await access.findUser(order.login)) !== null) {
    throw new InvalidInputError('name_taken', `There is a user ${order.login} already; user password sets a new one`);
  }
  const password = order.password ?? ports.ids.secret(PASSWORD_BYTES);
  const passwordHash = await hasher.hash(password);
  const { login, role, rights } = order;
  await access.createUser({ login, passwordHash, role, rights }, ports.clock.now(), OPERATOR);
  return password;
}

async function change(ports: StorePorts, hasher: PasswordHasher, order: Order): Promise<string> {
  const password = order.password ?? ports.ids.secret(PASSWORD_BYTES);
  const changed = await ports.store.access.setPassword(order.login, await hasher.hash(password), ports.clock.now());
  if (!changed) throw new InvalidInputError('not_found', `There is no user ${order.login}`);
  return password;
}

async function list({ store }: StorePorts, json: boolean): Promise<string> {
  const people = await store.people.people();
  if (json) return `${jsonText(people, 2)}\n`;
  return people
    .map((person) => {
      const { userId, login, role, disabled } = person;
      const fields = [userId, login, role, disabled ? 'disabled' : 'active', sayRights(sightOf(person))];
      return `${fields.join('\t')}\n`;
    })
    .join('');
}
