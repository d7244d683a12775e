/** `polywarden policy`: what authors of policy files need while they write. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { closeAll } from '../close-all.js';
import { configFromProcess } from '../config.js';
import { dayOf } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import { FIXTURES_DIR } from '../paths.js';
import type { ModerateNow } from '../usecases/moderate.js';
import { type Io, unknownWord, usageError } from './io.js';
import { POLICY_USAGE, type PolicyCommand, type PolicyIo, usageOf } from './policy/policy-io.js';

type Command = (args: readonly string[], io: PolicyIo) => Promise<number>;
/** Loaded when asked for: most need neither the pipeline nor the database, and `check` is run after every save. */
const COMMANDS: Readonly<Record<PolicyCommand, () => Promise<Command>>> = {
  check: async () => (await import('./policy/check.js')).checkCommand,
  new: async () => (await import('./policy/new.js')).newCommand,
  test: async () => (await import('./policy/test.js')).testCommand,
  explain: async () => (await import('./policy/explain.js')).explainPolicy,
  diff: async () => (await import('./policy/diff.js')).diffCommand,
  backtest: async () => (await import('./policy/backtest.js')).backtestCommand,
  show: async () => (await import('./policy/show.js')).showCommand,
  bundles: async () => (await import('./policy/in-force.js')).bundlesCommand,
  activate: async () => (await import('./policy/in-force.js')).activateCommand,
  approve: async () => (await import('./policy/in-force.js')).approveCommand,
  rollback: async () => (await import('./policy/in-force.js')).rollbackCommand,
  override: async () => (await import('./policy/in-force.js')).overrideCommand,
  fields: async () => (await import('./policy/words.js')).fieldsCommand,
  functions: async () => (await import('./policy/words.js')).functionsCommand,
  schema: async () => (await import('./policy/words.js')).schemaCommand,
};

const isCommand = (name: string): name is PolicyCommand => Object.hasOwn(COMMANDS, name);

/** 0 good, 1 faults found, 2 the command line was not understood. */
export async function runPolicy(args: readonly string[], io: PolicyIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    io.out(`${POLICY_USAGE}\n`);
    return name === undefined ? 2 : 0;
  }
  if (!isCommand(name))
    throw usageError(unknownWord('command policy', name, Object.keys(COMMANDS)), 'polywarden policy --help lists them');
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`${usageOf(name)}\n`);
    return 0;
  }
  const command = await COMMANDS[name]();
  return command(rest, io);
}

/** `--policies DIR` may stand anywhere. */
function takeFolder(args: readonly string[]): { readonly folder: string | null; readonly rest: readonly string[] } {
  const at = args.findIndex((arg) => arg === '--policies' || arg.startsWith('--policies='));
  const option = args[at];
  if (option === undefined) return { folder: null, rest: args };
  const inline = option.includes('=');
  const folder = inline ? option.slice(option.indexOf('=') + 1) : args[at + 1];
  if (folder === undefined || folder === '' || (!inline && folder.startsWith('-'))) {
    throw usageError('--policies needs a folder', 'polywarden policy --help says more');
  }
  return { folder, rest: [...args.slice(0, at), ...args.slice(at + (inline ? 1 : 2))] };
}

export async function policyCommand(
  args: readonly string[],
  io: Io,
  overrides: Partial<PolicyIo> = {},
): Promise<number> {
  const config = configFromProcess();
  const { folder, rest } = takeFolder(args);
  const policiesDir = folder ?? config.POLICIES_DIR;
  if (folder !== null && !(await isFolder(folder))) {
    throw new InvalidInputError('file_unreadable', `There is no folder ${folder}`);
  }
  const opened: (() => Promise<void>)[] = [];
  // Models and database are loaded by the commands that ask for them: most of these read files and nothing else.
  const open = async (dir: string): Promise<ModerateNow> => {
    const [{ composeOffline }, { openLog }] = await Promise.all([
      import('../compose.js'),
      import('../adapters/log-pino.js'),
    ]);
    const offline = await composeOffline(
      { ...config, POLICIES_DIR: dir },
      { model: true, log: openLog('warn', 'cli') },
    );
    opened.push(() => offline.close());
    return offline.moderate;
  };
  let own: Promise<ModerateNow> | null = null;
  const moderate = (): Promise<ModerateNow> => {
    own ??= open(policiesDir);
    return own;
  };
  const moderateWith: PolicyIo['moderateWith'] = async (files) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'polywarden-policies-'));
    opened.push(() => rm(dir, { recursive: true, force: true }));
    await writePolicyFiles(dir, files);
    return open(dir);
  };
  try {
    return await runPolicy(rest, {
      out: (text) => io.stdout.write(text),
      err: (text) => io.stderr.write(text),
      moderate,
      moderateWith,
      withStore: async (use) => (await import('./store.js')).storeFrom(config)(({ store }) => use(store)),
      now: Date.now,
      approval: config.POLICY_APPROVAL === 'on',
      policiesDir,
      fixturesDir: FIXTURES_DIR,
      today: dayOf(Date.now()),
      isTerminal: io.stderr.isTTY ?? false,
      untilStopped,
      ...overrides,
    });
  } finally {
    await closeAll(opened);
  }
}

async function isFolder(name: string): Promise<boolean> {
  return (await stat(name).catch(() => null))?.isDirectory() ?? false;
}

function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

async function writePolicyFiles(dir: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of files) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), text);
  }
}
