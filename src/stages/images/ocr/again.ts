/** The last, small look at a long picture sees its lines once more, less well: what a piece of it has read is not said again. */
import type { Box } from '../../../domain.js';
import { boxOfLine, confidenceOf, type ReadLine } from './join.js';

/** Share of a line's place that the place of one line before must cover. A line that was cut in two is said whole. */
const COVERED = 0.7;
/** What was read with less stands beside what is read later. */
const SURE = 0.8;

export interface SeenLine {
  readonly frame: number;
  readonly scale: number;
  readonly box: Box;
  readonly confidence: number;
}
export const seen = (line: ReadLine, frame: number): SeenLine => ({
  frame,
  scale: line.scale,
  box: boxOfLine(line),
  confidence: confidenceOf(line.words),
});

/** At the same scale nothing is the same: on another paper other letters may stand at a place. */
export const isAgain = (line: SeenLine, before: readonly SeenLine[]): boolean =>
  before.some(
    (one) =>
      one.frame === line.frame &&
      one.scale < line.scale &&
      one.confidence >= Math.min(SURE, line.confidence) &&
      coveredBy(line.box, one.box) >= COVERED,
  );

/** Share of the first box that the second covers. */
function coveredBy(box: Box, by: Box): number {
  const across = Math.min(box.left + box.width, by.left + by.width) - Math.max(box.left, by.left);
  const down = Math.min(box.top + box.height, by.top + by.height) - Math.max(box.top, by.top);
  return across <= 0 || down <= 0 ? 0 : (across * down) / (box.width * box.height);
}
