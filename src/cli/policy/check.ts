/** `polywarden policy check`: every fault with file, line and column, in milliseconds; `--watch` after every save. */
import { watch } from 'node:fs';
import { codeOf, InvalidInputError, sayError } from '../../errors.js';
import { checkBundle } from '../../policy/bundle.js';
import { faultsIn, formatFault, type PolicyFault, sortFaults } from '../../policy/faults.js';
import { readPolicyFiles } from '../../policy/load.js';
import { parseTermBanks } from '../../stages/match/term-bank.js';
import { readArgs } from '../io.js';
import { POLICY_USAGE, type PolicyIo } from './policy-io.js';

const OPTIONS = {
  json: { type: 'boolean' },
  github: { type: 'boolean' },
  watch: { type: 'boolean' },
} as const;
interface Shape {
  readonly json?: boolean | undefined;
  readonly github?: boolean | undefined;
  readonly watch?: boolean | undefined;
}

/** Editors write a file in several steps. */
const SETTLE_MS = 150;

const annotation = (fault: PolicyFault, dir: string): string => {
  const message = fault.message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `::${fault.level} file=${dir}/${fault.file},line=${fault.line},col=${fault.column}::${message}`;
};

type Bank = { readonly file: string; readonly text: string };

function faultsOfBanks(banks: readonly Bank[]): readonly PolicyFault[] {
  try {
    parseTermBanks(banks);
    return [];
  } catch (error) {
    const faults = faultsIn(error);
    if (faults === null) throw error;
    return faults;
  }
}

/** The words of the banks are read by the stage that matches them; its faults are the author's all the same. */
function termFaults(files: ReadonlyMap<string, string>): readonly PolicyFault[] {
  const banks = [...files].flatMap(([file, text]) => (file.startsWith('terms/') ? [{ file, text }] : []));
  const together = faultsOfBanks(banks);
  if (together.length === 0) return [];
  // Reading stops at the first bad file; an author wants to see all of them.
  const each = banks.flatMap((bank) => faultsOfBanks([bank]));
  return each.length === 0 ? together : each;
}

async function checkOnce(shape: Shape, io: PolicyIo): Promise<number> {
  const started = performance.now();
  const files = await readPolicyFiles(io.policiesDir);
  const checked = checkBundle(files, { today: io.today });
  const faults = sortFaults([...checked.faults, ...termFaults(files)]);
  const ms = Math.round(performance.now() - started);
  const errors = faults.filter((fault) => fault.level === 'error').length;
  const warnings = faults.length - errors;
  const bundle = errors === 0 ? checked.bundle : null;
  if (shape.json) {
    const head = { ok: errors === 0, hash: bundle?.hash ?? null, files: files.size, errors, warnings, ms };
    // While watching one line is one check, so that a program can read them as they come.
    io.out(`${JSON.stringify({ ...head, faults }, null, shape.watch ? 0 : 2)}\n`);
    return errors === 0 ? 0 : 1;
  }
  for (const fault of faults) {
    io.out(`${shape.github ? annotation(fault, 'policies') : `${formatFault(fault)} [${fault.level}]`}\n`);
  }
  const rules = bundle === null ? '' : `, ${bundle.regions.size} regions, bundle ${bundle.hash.slice(0, 12)}`;
  io.err(`${files.size} files${rules}: ${errors} errors, ${warnings} warnings, ${ms} ms\n`);
  return errors === 0 ? 0 : 1;
}

/** Checks again once the last change has settled, one check at a time, until it is stopped; ends with the last answer. */
async function checkOnSave(shape: Shape, io: PolicyIo): Promise<number> {
  const stopped = io.untilStopped();
  let last = Promise.resolve(0);
  const again = async (): Promise<number> => {
    try {
      return await checkOnce(shape, io);
    } catch (error) {
      // A file may vanish while an editor replaces it; the next save tells.
      if (!(error instanceof InvalidInputError)) throw error;
      io.err(`${codeOf(error)}: ${sayError(error)}\n`);
      return 1;
    }
  };
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const next = (): void => {
      last = last.then(again);
      last.catch(reject);
    };
    const watcher = watch(io.policiesDir, { recursive: true }, (_event, name) => {
      if (name?.endsWith('.yaml') === false) return;
      clearTimeout(timer);
      timer = setTimeout(next, SETTLE_MS);
    });
    watcher.on('error', reject);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      watcher.close();
      resolve(last);
    });
    next();
  });
}

export async function checkCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readArgs(args, OPTIONS, POLICY_USAGE);
  if (values.watch) {
    await readPolicyFiles(io.policiesDir);
    return checkOnSave(values, io);
  }
  return checkOnce(values, io);
}
