/** Stage `images`: what stands on the pictures. Stored notes wait for the readings of the image workers; others read at once. */
import { foundIn, type ImageReading, type ImageRef, type ImagesEvidence, type LanguageTag } from '../../domain.js';
import type { ImageHashBank, LanguageModel } from '../../ports.js';
import type { Stage, StageInput } from '../stage.js';
import { findingsOfReadings } from './findings.js';
import { READING_VERSION } from './read-image.js';
import { languagesOfReadings, textsOfReadings } from './texts.js';

export { readImage } from './read-image.js';
export { textsOfReadings } from './texts.js';

/** Where the readings of a note come from. */
export interface ImageSource {
  /** Null: all are there, or will be read by `readings`; else the ISO time until which it is worth waiting. */
  dueUntil(revisionId: string, now: number): Promise<string | null>;
  readings(order: ImagesOrder, signal: AbortSignal): Promise<readonly ImageReading[]>;
}
export interface ImagesOrder {
  readonly revisionId: string;
  readonly images: readonly ImageRef[];
  readonly likely: readonly LanguageTag[];
}
export interface ImagesPorts {
  readonly source: ImageSource;
  readonly bank: ImageHashBank | null;
  readonly language: LanguageModel;
}

/** Generous: direct reading of twenty pictures on a busy machine. */
const TIMEOUT_MS = 240_000;

function likelyLanguages(input: StageInput): readonly LanguageTag[] {
  const { language } = input.evidence;
  const read = (foundIn(language)?.languages ?? []).map(({ tag }) => tag);
  const hint = input.note.languageHint === undefined ? [] : [input.note.languageHint];
  return [...new Set([...read.filter((tag) => tag !== 'und'), ...hint])];
}

export function imagesStage({ source, bank, language }: ImagesPorts): Stage<'images'> {
  return {
    name: 'images',
    version: READING_VERSION,
    reads: ['language'],
    languages: '*',
    cost: 'local',
    timeoutMs: TIMEOUT_MS,
    when: (input) => (input.note.images.length > 0 ? { run: true } : { run: false, why: 'no_images' }),
    dueUntil: (input) => source.dueUntil(input.revisionId, input.now),
    async run(input, signal): Promise<ImagesEvidence> {
      const order = { revisionId: input.revisionId, images: input.note.images, likely: likelyLanguages(input) };
      const readings = [...(await source.readings(order, signal))].sort((a, b) => a.index - b.index);
      return {
        readings,
        findings: findingsOfReadings(readings, bank, input.sourceId),
        languages: languagesOfReadings(readings, language),
      };
    },
    texts: ({ readings }) => textsOfReadings(readings),
  };
}
