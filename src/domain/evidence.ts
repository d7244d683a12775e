/** All that was gathered about a revision. */
import type {
  CampaignEvidence,
  ClassifyEvidence,
  Finding,
  LanguageEvidence,
  MatchEvidence,
  NormaliseEvidence,
} from './findings.js';
import type { LanguageTag } from './note.js';
import type { DeliberateEvidence } from './opinion.js';
import { foundIn, type Outcome } from './outcome.js';
import type { ImagesEvidence } from './picture.js';

/** Every evidence key is produced by exactly one stage (`stages/index.ts`). */
export interface EvidenceMap {
  normalise: NormaliseEvidence;
  language: LanguageEvidence;
  images: ImagesEvidence;
  match: MatchEvidence;
  classify: ClassifyEvidence;
  campaign: CampaignEvidence;
  deliberate: DeliberateEvidence;
}
export type EvidenceKey = keyof EvidenceMap;
const KEYS: Readonly<Record<EvidenceKey, true>> = {
  normalise: true,
  language: true,
  images: true,
  match: true,
  classify: true,
  campaign: true,
  deliberate: true,
};
export const EVIDENCE_KEYS = Object.keys(KEYS) as readonly EvidenceKey[];
export type Evidence = { readonly [K in EvidenceKey]: Outcome<EvidenceMap[K]> };

/** What words, scores and pictures tell; a second opinion is not among it. */
export const findingsOf = (evidence: Partial<Evidence>): readonly Finding[] => [
  ...(foundIn(evidence.match)?.findings ?? []),
  ...(foundIn(evidence.classify)?.findings ?? []),
  ...(foundIn(evidence.images)?.findings ?? []),
];

/** Of the words; of the words on pictures where there are no others. Null: unknown. */
export function mainLanguageOf(evidence: Partial<Evidence>): LanguageTag | null {
  const written = foundIn(evidence.language)?.languages[0]?.tag;
  if (written !== undefined && written !== 'und') return written;
  return foundIn(evidence.images)?.languages?.[0]?.tag ?? null;
}
