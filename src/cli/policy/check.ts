/** `polywarden policy check`: every fault with file, line and column, in milliseconds. */
import { checkBundle } from '../../policy/bundle.js';
import { formatFault, type PolicyFault } from '../../policy/faults.js';
import { readPolicyFiles } from '../../policy/load.js';
import { readArgs } from '../io.js';
import { POLICY_USAGE, type PolicyIo } from './policy-io.js';

const OPTIONS = { json: { type: 'boolean' }, github: { type: 'boolean' } } as const;

const annotation = (fault: PolicyFault, dir: string): string => {
  const message = fault.message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `::${fault.level} file=${dir}/${fault.file},line=${fault.line},col=${fault.column}::${message}`;
};

export async function checkCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readArgs(args, OPTIONS, POLICY_USAGE);
  const started = performance.now();
  const files = await readPolicyFiles(io.policiesDir);
  const { bundle, faults } = checkBundle(files, { today: io.today });
  const ms = Math.round(performance.now() - started);
  const errors = faults.filter((fault) => fault.level === 'error').length;
  const warnings = faults.length - errors;
  if (values.json) {
    const head = { ok: errors === 0, hash: bundle?.hash ?? null, files: files.size, errors, warnings, ms };
    io.out(`${JSON.stringify({ ...head, faults }, null, 2)}\n`);
    return errors === 0 ? 0 : 1;
  }
  for (const fault of faults) {
    io.out(`${values.github ? annotation(fault, 'policies') : `${formatFault(fault)} [${fault.level}]`}\n`);
  }
  const rules = bundle === null ? '' : `, ${bundle.regions.size} regions, bundle ${bundle.hash.slice(0, 12)}`;
  io.err(`${files.size} files${rules}: ${errors} errors, ${warnings} warnings, ${ms} ms\n`);
  return errors === 0 ? 0 : 1;
}
