/** `polywarden key create|list|revoke`. */
import { DAY_MS } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import { type ApiKey, SCOPES, type Scope } from '../ports/store.js';
import { createKey, revokeKey } from '../usecases/keys.js';
import { type Io, readArgs, unknownWord, usageError } from './io.js';
import { jsonText } from './json-text.js';
import { OPERATOR, type StorePorts, storeFrom, type WithStore } from './store.js';

const KEY_USAGE = `polywarden key create [--source NAME] [--label TEXT] [--scopes ${SCOPES.join(',')}] [--days N] [--plain]
polywarden key list [--json]
polywarden key revoke KEY_ID

  A source is the platform that sends notes; it sees only its own. Without --scopes a key may do everything.
  --days N   the key expires after so many days
  --plain    print the key alone, for scripts
  --json     data instead of text`;

const OPTIONS = {
  source: { type: 'string', default: 'default' },
  label: { type: 'string', default: 'command line' },
  scopes: { type: 'string' },
  days: { type: 'string' },
  plain: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;
const MOST_DAYS = 36_500;

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>['values'];

export async function keyCommand(args: readonly string[], io: Io, withStore: WithStore = storeFrom()): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, KEY_USAGE);
  if (values.help) {
    io.stdout.write(`${KEY_USAGE}\n`);
    return 0;
  }
  const [verb, subject, ...rest] = positionals;
  const extra = verb === 'revoke' ? rest[0] : subject;
  if (extra !== undefined) throw usageError(`Unexpected argument ${extra}`, KEY_USAGE);
  switch (verb) {
    case 'create':
      io.stdout.write(await create(values, withStore));
      return 0;
    case 'list':
      io.stdout.write(await withStore((ports) => list(ports, values.json)));
      return 0;
    case 'revoke':
      if (subject === undefined) throw usageError('Which key?', KEY_USAGE);
      await withStore((ports) => revoke(ports, subject));
      io.stdout.write(`revoked ${subject}\n`);
      return 0;
    default:
      throw usageError(
        verb === undefined ? 'create, list or revoke?' : unknownWord('command key', verb, ['create', 'list', 'revoke']),
        KEY_USAGE,
      );
  }
}

async function create(values: Values, withStore: WithStore): Promise<string> {
  const scopes = readScopes(values.scopes);
  const days = values.days === undefined ? null : Number(values.days);
  if (days !== null && !(Number.isInteger(days) && days > 0 && days <= MOST_DAYS))
    throw usageError(`--days is a whole number from 1 to ${MOST_DAYS}`, KEY_USAGE);
  return withStore(async ({ store, ids, clock }) => {
    const expiresAt = days === null ? null : new Date(clock.now() + days * DAY_MS).toISOString();
    const order = { sourceName: values.source, label: values.label, scopes, expiresAt };
    const { key, text } = await createKey({ access: store.access, ids, clock }, order, OPERATOR);
    return values.plain ? `${text}\n` : `key id ${key.keyId}\nkey    ${text}   (shown once)\n`;
  }, 'may be new');
}

function readScopes(list: string | undefined): readonly Scope[] {
  if (list === undefined) return SCOPES;
  return list.split(',').map((name) => {
    const scope = SCOPES.find((one) => one === name.trim());
    if (scope === undefined) throw usageError(unknownWord('scope', name.trim(), SCOPES), KEY_USAGE);
    return scope;
  });
}

async function list({ store, clock }: StorePorts, json: boolean): Promise<string> {
  const now = new Date(clock.now()).toISOString();
  const keys = (await store.access.listKeys()).map((key) => ({ ...key, state: stateOf(key, now) }));
  if (json) return `${jsonText(keys, 2)}\n`;
  return keys
    .map(({ keyId, sourceName, state, expiresAt, scopes, label }) => {
      const until = state === 'valid' && expiresAt !== null ? `until ${expiresAt}` : state;
      return `${[keyId, sourceName, until, scopes.join(','), label].join('\t')}\n`;
    })
    .join('');
}

const stateOf = (key: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: string): 'valid' | 'revoked' | 'expired' => {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && key.expiresAt <= now ? 'expired' : 'valid';
};

async function revoke({ store, ids, clock }: StorePorts, keyId: string): Promise<void> {
  const revoked = await revokeKey({ access: store.access, ids, clock }, keyId, OPERATOR);
  if (!revoked) throw new InvalidInputError('not_found', `There is no valid key ${keyId}`);
}
