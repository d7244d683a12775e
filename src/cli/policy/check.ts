/** `polywarden policy check`: every fault with file, line and column, in milliseconds; `--watch` after every save. */
import path from 'node:path';
import { readPolicyFiles, strayFiles } from '../../adapters/policy-folder.js';
import { codeOf, InvalidInputError, sayError } from '../../errors.js';
import { checkFiles } from '../../policy/check-files.js';
import { formatFault, type PolicyFault, sortFaults } from '../../policy/faults.js';
import { watchPolicies } from '../../rules/watch-folder.js';
import { type PolicyIo, readOptions, usageOf } from './policy-io.js';

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
  const place = `file=${path.posix.join(dir, fault.file)},line=${fault.line},col=${fault.column}`;
  return `::${fault.level} ${place},title=policy ${fault.lint}::${message}`;
};

/** Annotations name files as the repository does; a folder elsewhere goes by its own name. */
function folderOf(dir: string): string {
  const relative = path.relative(process.cwd(), dir).split(path.sep).join('/');
  return relative.startsWith('..') ? path.basename(dir) : relative;
}

async function checkOnce(shape: Shape, io: PolicyIo): Promise<number> {
  const started = performance.now();
  const files = await readPolicyFiles(io.policiesDir);
  const { bundle, faults: told } = checkFiles(files, { today: io.today });
  const faults = sortFaults([...told, ...(await strayFiles(io.policiesDir))]);
  const ms = Math.round(performance.now() - started);
  const errors = faults.filter((fault) => fault.level === 'error').length;
  const warnings = faults.length - errors;
  if (shape.json) {
    const head = { ok: errors === 0, hash: bundle?.hash ?? null, files: files.size, errors, warnings, ms };
    // While watching one line is one check, so that a program can read them as they come.
    io.out(`${JSON.stringify({ ...head, faults }, null, shape.watch ? 0 : 2)}\n`);
    return errors === 0 ? 0 : 1;
  }
  const folder = folderOf(io.policiesDir);
  for (const fault of faults) {
    io.out(`${shape.github ? annotation(fault, folder) : `${formatFault(fault)} [${fault.level} ${fault.lint}]`}\n`);
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
    const close = watchPolicies(io.policiesDir, {
      onEvent: (name) => {
        if (name?.includes('.') === true && !/\.ya?ml/i.test(name)) return;
        clearTimeout(timer);
        timer = setTimeout(next, SETTLE_MS);
      },
      onError: reject,
    });
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      close();
      resolve(last);
    });
    next();
  });
}

export async function checkCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readOptions(args, OPTIONS, usageOf('check'));
  if (values.watch) {
    await readPolicyFiles(io.policiesDir);
    return checkOnSave(values, io);
  }
  return checkOnce(values, io);
}
