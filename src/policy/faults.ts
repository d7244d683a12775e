/** What is wrong with a policy file and where; all faults of a bundle are told together. */
import { type ErrorCode, InvalidInputError } from '../errors.js';
import { type FaultKind, LINTS, type LintId } from './lints.js';

export interface PolicyFault {
  readonly lint: LintId;
  readonly level: 'error' | 'warning';
  readonly kind: FaultKind;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, UTF-16 code units. */
  readonly column: number;
  readonly message: string;
}

type Where = Pick<PolicyFault, 'file' | 'line' | 'column'>;

/** Level and kind belong to the lint, so that one thing is never told as an error here and a warning there. */
export const faultOf = (lint: LintId, { file, line, column }: Where, message: string): PolicyFault => {
  const { level, kind } = LINTS[lint];
  return { lint, level, kind, file, line, column, message };
};

export const formatFault = (fault: PolicyFault): string =>
  `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`;

const byPlace = (a: PolicyFault, b: PolicyFault): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;

export const sortFaults = (faults: readonly PolicyFault[]): readonly PolicyFault[] => [...faults].sort(byPlace);

function codeOfFaults(faults: readonly PolicyFault[]): ErrorCode {
  if (faults.some((fault) => fault.kind === 'cycle')) return 'policy_cycle';
  return faults.every((fault) => fault.kind === 'expression') ? 'policy_expression' : 'policy_invalid';
}

export function faultsError(
  faults: readonly PolicyFault[],
  head = 'The policy files are not valid',
  code: ErrorCode = codeOfFaults(faults),
): InvalidInputError {
  const sorted = sortFaults(faults);
  const lines = sorted.map(formatFault);
  const error = new InvalidInputError(
    code,
    `${head}:\n${lines.join('\n')}`,
    sorted.map((fault) => ({ pointer: `/${fault.file}`, message: formatFault(fault) })),
  );
  MADE_OF.set(error, sorted);
  return error;
}

/** Kept beside the error, whose own list is text for callers of the API. */
const MADE_OF = new WeakMap<Error, readonly PolicyFault[]>();
/** The faults that an error was made of; null for errors of another kind. */
export const faultsIn = (error: unknown): readonly PolicyFault[] | null =>
  error instanceof Error ? (MADE_OF.get(error) ?? null) : null;
