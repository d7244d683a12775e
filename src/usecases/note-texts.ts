import { type Evidence, foundIn, type LabelledText, type Note } from '../domain.js';
import { textsOf } from '../pipeline.js';
import { textsOfReadings } from '../stages/images/texts.js';

/** All texts of a note that was read: words and codes on its pictures are parts of it. */
export const partsOf = (note: Note, evidence: Partial<Evidence> | null): readonly LabelledText[] => [
  ...textsOf(note),
  ...textsOfReadings(foundIn(evidence?.images)?.readings ?? []),
];
