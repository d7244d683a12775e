/** The texts of a note with what was found in them, and lines that help to read them. */
import { findingsOf, foundIn } from '../domain.js';
import type { CaseFile } from '../ports/review.js';
import { partsOf } from '../usecases/note-texts.js';
import { readableLines } from '../usecases/review/readable-lines.js';
import type { CaseDetail } from './schemas/review-case.js';

export function partsAnswer({ note, evidence }: CaseFile): CaseDetail['parts'] {
  if (note === null) return [];
  const segments = foundIn(evidence?.language)?.segments ?? [];
  const findings = findingsOf(evidence ?? {});
  const contacts = foundIn(evidence?.match)?.contacts ?? [];
  return partsOf(note, evidence).map(({ part, text }) => {
    const own = segments.filter((segment) => segment.part === part);
    return {
      part,
      text: text.raw,
      languages: own.map((segment) => ({ ...segment, span: { ...segment.span } })),
      findings: findings
        .filter((finding) => finding.part === part)
        .map((finding) => ({ ...finding, spans: finding.spans.map((span) => ({ ...span })) })),
      contacts: contacts
        .filter((contact) => contact.part === part)
        .map(({ kind, detail, span }) => ({ kind, detail: detail ?? null, span: { ...span } })),
      readable: readableLines(text).map((line) => ({ ...line })),
    };
  });
}
