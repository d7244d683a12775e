/** How the parts of a condition that are shown are joined, though others between them are folded away. */
export interface Part {
  readonly side: string;
  readonly value?: unknown;
  readonly not: boolean;
  readonly within: readonly { readonly op: 'and' | 'or'; readonly index: number }[];
}

/** A part did what the condition wants of it. */
export const holds = ({ value, not }: Part): boolean => (value === true) !== not;

/** The group that holds both says how; null: the first one of its side. */
export function joinOf(before: Part | undefined, part: Part): 'and' | 'or' | null {
  if (before === undefined || before.side !== part.side) return null;
  const apart = part.within.find(({ index }, depth) => before.within[depth]?.index !== index);
  return apart?.op ?? null;
}
