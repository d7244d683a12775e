/** All that was gathered about a revision. */
import type {
  CampaignEvidence,
  ClassifyEvidence,
  Finding,
  LanguageEvidence,
  MatchEvidence,
  NormaliseEvidence,
} from './findings.js';
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
export type Evidence = { readonly [K in EvidenceKey]: Outcome<EvidenceMap[K]> };

/** What words, scores and pictures tell; a second opinion is not among it. */
export const findingsOf = (evidence: Partial<Evidence>): readonly Finding[] => [
  ...(foundIn(evidence.match)?.findings ?? []),
  ...(foundIn(evidence.classify)?.findings ?? []),
  ...(foundIn(evidence.images)?.findings ?? []),
];
