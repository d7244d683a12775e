/** What is wrong with a policy file and where; all faults of a bundle are told together. */
import { type ErrorCode, InvalidInputError } from '../errors.js';

export type FaultKind = 'syntax' | 'schema' | 'cycle' | 'expression' | 'reference' | 'lint';

export interface PolicyFault {
  readonly level: 'error' | 'warning';
  readonly kind: FaultKind;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, UTF-16 code units. */
  readonly column: number;
  readonly message: string;
}

export const formatFault = (fault: PolicyFault): string =>
  `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`;

const byPlace = (a: PolicyFault, b: PolicyFault): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;

export const sortFaults = (faults: readonly PolicyFault[]): readonly PolicyFault[] => [...faults].sort(byPlace);

function codeOfFaults(faults: readonly PolicyFault[]): ErrorCode {
  if (faults.some((fault) => fault.kind === 'cycle')) return 'policy_cycle';
  return faults.every((fault) => fault.kind === 'expression') ? 'policy_expression' : 'policy_invalid';
}

export function faultsError(faults: readonly PolicyFault[]): InvalidInputError {
  const sorted = sortFaults(faults);
  const lines = sorted.map(formatFault);
  return new InvalidInputError(
    codeOfFaults(sorted),
    `The policy files are not valid:\n${lines.join('\n')}`,
    sorted.map((fault) => ({ pointer: `/${fault.file}`, message: formatFault(fault) })),
  );
}
