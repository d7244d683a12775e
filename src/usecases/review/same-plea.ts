/** A reference names one appeal or report for ever: sent again it answers it, and with anything else it is refused. */
import type { CategoryId } from '../../categories.js';
import { InvalidInputError } from '../../errors.js';
import type { Appeal, PleaNote, Report } from '../../ports/review.js';

interface SentReport {
  readonly category?: CategoryId | undefined;
  readonly reasons: string;
}

/** A reference that is given out twice by mistake would otherwise lose the second person's words in silence. */
const reused = (what: string): InvalidInputError =>
  new InvalidInputError('conflict', `This reference belongs to another ${what}; a new ${what} takes a new one.`);

/** Words that were erased since cannot be compared. */
const differ = (stored: string | null, sent: string): boolean => stored !== null && stored !== sent;

export function sameAppeal(
  appeal: Appeal,
  note: PleaNote,
  order: Pick<Appeal, 'by'> & { readonly text: string },
): Appeal {
  if (appeal.noteId !== note.noteId || appeal.by !== order.by || differ(appeal.text, order.text)) {
    throw reused('appeal');
  }
  return appeal;
}

export function sameReport(report: Report, note: PleaNote, order: SentReport): Report {
  const category = order.category ?? null;
  if (report.noteId !== note.noteId || report.category !== category || differ(report.reasons, order.reasons)) {
    throw reused('report');
  }
  return report;
}
