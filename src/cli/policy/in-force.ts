/** `polywarden policy bundles | activate | approve | rollback | override`: what is in force in the installation. */
import { HOUR_MS } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { compileBundle } from '../../policy/bundle.js';
import { filesIn } from '../../policy/bundle-content.js';
import { isLive, OVERRIDE_MODE } from '../../policy/overrides.js';
import type { BundleRow, Moved, Override, PolicyPart } from '../../ports/policy.js';
import type { FullStore } from '../../ports/review.js';
import { checkOverride } from '../../usecases/policy/check-override.js';
import { readArgs, usageError } from '../io.js';
import { OPERATOR } from '../operator.js';
import { type PolicyIo, readOptions, usageOf } from './policy-io.js';

const MANY = 50;
const HASH_SHOWN = 12;

const bundleLine = (row: BundleRow): string =>
  [
    row.hash.slice(0, HASH_SHOWN),
    row.state.padEnd(9),
    row.proposedAt.slice(0, 16),
    row.author.padEnd(10),
    `${row.diff.rules.length} rules, ${row.diff.files.length} files changed`,
    row.state === 'candidate' && row.needsApproval ? 'needs a second person' : '',
  ]
    .join('  ')
    .trimEnd();

const overrideLine = ({ rule, region, mode, why, by, until }: Override): string =>
  `${rule} in ${region === '*' ? 'every region' : region}: ${mode}, by ${by.id}, ${until === null ? 'until it is taken back' : `until ${until}`}: ${why}`;

/** The start of a hash is enough where only one bundle has it. */
async function hashFrom(store: PolicyPart, start: string | undefined): Promise<string> {
  if (start === undefined)
    throw usageError('Name a bundle by the start of its hash, see `polywarden policy bundles`', usageOf('bundles'));
  const { items } = await store.policy.bundles(null, MANY);
  const found = items.filter((row) => row.hash.startsWith(start));
  const [only] = found;
  if (only === undefined) throw new InvalidInputError('not_found', `No bundle begins with ${start}`);
  if (found.length > 1) throw new InvalidInputError('conflict', `${found.length} bundles begin with ${start}`);
  return only.hash;
}

const SAID: Readonly<Record<Moved, string>> = {
  done: 'in force',
  unchanged: 'it is in force already',
  unknown: 'there is no such bundle',
  own: 'its author cannot approve it',
  not_waiting: 'it does not wait for anybody',
  needs_approval:
    'it changes grave rules or words, or how far machines go alone: a second person has to approve it (policy approve --as LOGIN)',
  refused: 'it was refused',
  never_active: 'it was never in force; nothing can go back to it',
};

function said(hash: string, moved: Moved, io: PolicyIo): number {
  const ok = moved === 'done' || moved === 'unchanged';
  io.out(`${hash.slice(0, HASH_SHOWN)}: ${SAID[moved]}\n`);
  return ok ? 0 : 1;
}

const LIST = { json: { type: 'boolean' } } as const;
export async function bundlesCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readOptions(args, LIST, usageOf('bundles'));
  return io.withStore(async (store) => {
    const inForce = await store.policy.inForce();
    const { items } = await store.policy.bundles(null, MANY);
    if (values.json) {
      io.out(`${JSON.stringify({ inForce, bundles: items }, null, 2)}\n`);
      return 0;
    }
    for (const row of items) io.out(`${bundleLine(row)}\n`);
    if (inForce === null) io.out('Nothing is in force yet.\n');
    else io.out(`version ${inForce.version}${inForce.pinned ? ', pinned: changed files wait' : ''}\n`);
    for (const override of inForce?.overrides ?? []) io.out(`${overrideLine(override)}\n`);
    return 0;
  });
}

const MOVE = { why: { type: 'string' }, as: { type: 'string' } } as const;
export async function activateCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = readArgs(args, MOVE, usageOf('activate'));
  return io.withStore(async (store) => {
    const hash = await hashFrom(store, positionals[0]);
    const order = { pin: false, why: values.why ?? 'from the command line' };
    return said(hash, await store.policy.activate(hash, order, OPERATOR, io.now()), io);
  });
}

export async function rollbackCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = readArgs(args, MOVE, usageOf('rollback'));
  return io.withStore(async (store) => {
    const former = positionals[0] === undefined ? await store.policy.former() : await hashFrom(store, positionals[0]);
    if (former === null) throw new InvalidInputError('conflict', 'There is no earlier bundle');
    const order = { pin: true, why: values.why ?? 'from the command line' };
    const code = said(former, await store.policy.activate(former, order, OPERATOR, io.now()), io);
    if (code === 0)
      io.err('Changed files wait from now on, until one is put in force: polywarden policy activate <hash>\n');
    return code;
  });
}

/** The person is named, so that the record says who read it. */
export async function approveCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = readArgs(args, MOVE, usageOf('approve'));
  const { as: login } = values;
  if (login === undefined) throw usageError('Say who approves with --as LOGIN', usageOf('approve'));
  return io.withStore(async (store) => {
    const user = await store.access.findUser(login);
    const may = user !== null && !user.disabled && (user.role === 'policy_author' || user.role === 'admin');
    if (!may) throw new InvalidInputError('forbidden', `${login} is neither a policy author nor an admin here`);
    const hash = await hashFrom(store, positionals[0]);
    const person = { id: user.userId, login };
    return said(hash, await store.policy.approve(hash, person, values.why ?? 'from the command line', io.now()), io);
  });
}

const OVERRIDE = {
  region: { type: 'string' },
  mode: { type: 'string' },
  why: { type: 'string' },
  hours: { type: 'string' },
  drop: { type: 'boolean' },
} as const;

export async function overrideCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = readArgs(args, OVERRIDE, usageOf('override'));
  const [rule] = positionals;
  if (rule === undefined) throw usageError('Name a rule', usageOf('override'));
  const region = values.region === undefined || values.region === 'all' ? '*' : values.region;
  return io.withStore(async (store) => {
    if (values.drop) {
      const dropped = await store.policy.dropOverride(rule, region, OPERATOR, io.now());
      if (!dropped) throw new InvalidInputError('not_found', `${rule} has no override in ${region}`);
      io.out(`${rule}: as its file says\n`);
      return 0;
    }
    const mode = values.mode ?? 'disabled';
    if (!OVERRIDE_MODE.test(mode))
      throw usageError(`--mode ${mode} is none of disabled, shadow, canary(n), enforce`, usageOf('override'));
    if (values.why === undefined) throw usageError('Say why with --why', usageOf('override'));
    const order = { rule, region, mode, why: values.why, until: untilOf(values.hours, io.now()) };
    checkOverride(await bundleInForce(store), order, { approval: io.approval ?? true, now: io.now() });
    await store.policy.setOverride(order, OPERATOR, io.now());
    io.out(`${overrideLine({ ...order, by: OPERATOR, at: '' })}\n`);
    return 0;
  });
}

function untilOf(hours: string | undefined, now: number): string | null {
  if (hours === undefined) return null;
  const count = Number(hours);
  if (!(count > 0)) throw usageError(`--hours ${hours} is not a number of hours`, usageOf('override'));
  return new Date(now + count * HOUR_MS).toISOString();
}

async function bundleInForce(store: FullStore) {
  const force = await store.policy.inForce();
  const content = force === null ? null : await store.bundles.get(force.bundleHash);
  if (content === null) throw new InvalidInputError('conflict', 'Nothing is in force yet; start the server once');
  return compileBundle(filesIn(content));
}

/** Those that stand now; for `--overrides` of show, explain and backtest. */
export async function liveOverrides(io: PolicyIo, store?: PolicyPart): Promise<readonly Override[]> {
  const force = await (store === undefined ? io.withStore((own) => own.policy.inForce()) : store.policy.inForce());
  return (force?.overrides ?? []).filter((override) => isLive(override, io.now()));
}
