import { describe, expect, it } from 'vitest';
import type { ImageReading, NormaliseEvidence, OcrReading, Outcome } from '../../../src/domain.js';
import { InvalidInputError, UnavailableError } from '../../../src/errors.js';
import { runPipeline } from '../../../src/pipeline.js';
import type { ImageDecoder, Pixels } from '../../../src/ports.js';
import { findingsOfReadings } from '../../../src/stages/images/findings.js';
import { imagesStage, readImage, textsOfReadings } from '../../../src/stages/images/index.js';
import { type ImageReaders, unreadImage } from '../../../src/stages/images/read-image.js';
import { sniffImage } from '../../../src/stages/images/sniff.js';
import { orderStages } from '../../../src/stages/index.js';
import { normaliseStage } from '../../../src/stages/normalise/index.js';
import type { AnyStage } from '../../../src/stages/stage.js';
import { languageFake } from '../../support/classifier.js';
import { noteOf } from '../../support/store.js';

const found = <T>(value: T): Outcome<T> => ({ status: 'found', value, ms: 1, version: '1' });
const box = { left: 10, top: 20, width: 30, height: 8 };
const facts = { format: 'png', width: 90, height: 60, frames: 1, framesRead: [0], bytes: 9, sha256: 'ab' } as const;
const pixels: Pixels = { width: 1, height: 1, rgb: new Uint8Array(3), frame: 0, scale: 1 };
const reading = (change: Partial<ImageReading> = {}): ImageReading => ({
  index: 0,
  facts: found(facts),
  ocr: found({
    text: 'buy now',
    words: [{ box, confidence: 0.9, span: { start: 4, end: 7 } }],
    confidence: 0.9,
    languages: ['eng'],
  }),
  codes: found([{ kind: 'qr', text: 'https://example.org/a', box, frame: 0 }]),
  hash: found({ pdq: '0'.repeat(64), quality: 90 }),
  model: found({ model: 'm', labels: { Porn: 0.1 } }),
  ...change,
});
const decoder: ImageDecoder = {
  decode: async () => ({ facts, frames: [pixels], pieces: [pixels] }),
  view: async () => new Uint8Array(),
  close: async () => undefined,
};
const readers = (change: Partial<ImageReaders> = {}): ImageReaders => ({
  decoder,
  text: null,
  codes: null,
  hash: null,
  model: null,
  ...change,
});
const order = (lastAttempt = true) => ({ index: 3, bytes: async () => new Uint8Array(4), likely: ['de'], lastAttempt });
const signal = new AbortController().signal;
const away = async (): Promise<never> => {
  throw new UnavailableError('model_unavailable', 'away');
};

describe('readImage', () => {
  it('says of each part that is not there that it is not there', async () => {
    const read = await readImage(order(), readers(), signal);
    expect(read).toMatchObject({
      index: 3,
      facts: { status: 'found' },
      ocr: { status: 'skipped', why: 'not_configured' },
      codes: { status: 'skipped', why: 'not_configured' },
      hash: { status: 'skipped', why: 'not_configured' },
      model: { status: 'skipped', why: 'no_model' },
    });
  });

  it('keeps the other parts when one fails, and never the words of the failure', async () => {
    const text = { read: () => Promise.reject(new Error('secret words')), close: async () => undefined };
    const read = await readImage(order(), readers({ text, hash: () => ({ pdq: 'f'.repeat(64), quality: 1 }) }), signal);
    expect(read.ocr).toMatchObject({ status: 'failed', code: 'stage_failed' });
    expect(read.hash.status).toBe('found');
    expect(JSON.stringify(read)).not.toContain('secret');
  });

  it.each([
    ['words without a text', { text: 7, words: [], confidence: 0, languages: [] }],
    [
      'a word beyond its text',
      { text: 'a', words: [{ box, confidence: 1, span: { start: 0, end: 9 } }], confidence: 1, languages: [] },
    ],
    ['a confidence beyond 1', { text: '', words: [], confidence: 2, languages: [] }],
    ['nothing', undefined],
  ])('takes %s for a failure', async (_name, answer) => {
    const text = { read: async () => answer as unknown as OcrReading, close: async () => undefined };
    expect((await readImage(order(), readers({ text }), signal)).ocr).toMatchObject({ status: 'failed' });
  });

  it('replaces signs that no database takes, such as half a letter at the end of a long code', async () => {
    const words = [{ box, confidence: 1, span: { start: 2, end: 3 } }];
    const text = {
      read: async () => ({ text: '\0 a', words, confidence: 1, languages: [] }),
      close: async () => undefined,
    };
    const codes = { read: async () => [{ kind: 'qr', text: 'cut \ud83d', box, frame: 0 } as const] };
    const read = await readImage(order(), readers({ text, codes }), signal);
    expect(read.ocr).toMatchObject({ value: { text: '\ufffd a', words } });
    expect(read.codes).toMatchObject({ value: [{ text: 'cut \ufffd' }] });
  });

  it('fails as a whole when the picture cannot be opened', async () => {
    const broken = { ...decoder, decode: () => Promise.reject(new InvalidInputError('image_unreadable', 'x')) };
    const read = await readImage(
      order(),
      readers({ decoder: broken, hash: () => ({ pdq: 'f'.repeat(64), quality: 1 }) }),
      signal,
    );
    expect(read).toEqual(unreadImage(3, 'image_unreadable'));
  });

  it.each([
    ['no facts', { facts: undefined, frames: [pixels], pieces: [pixels] }],
    ['no frame', { facts, frames: [], pieces: [pixels] }],
    ['part of a frame', { facts, frames: [{ ...pixels, width: 2 }], pieces: [pixels] }],
  ])('fails as a whole when the decoder gives %s', async (_name, decoded) => {
    const odd = { ...decoder, decode: async () => decoded as Awaited<ReturnType<ImageDecoder['decode']>> };
    expect(await readImage(order(), readers({ decoder: odd }), signal)).toEqual(unreadImage(3, 'stage_failed'));
  });

  it('asks again while attempts remain, and records the lack on the last', async () => {
    const text = { read: away, close: async () => undefined };
    await expect(readImage(order(false), readers({ text }), signal)).rejects.toThrow('away');
    expect((await readImage(order(true), readers({ text }), signal)).ocr).toMatchObject({ code: 'model_unavailable' });
  });
});

describe('words and codes', () => {
  it('are parts of their own', () => {
    const texts = textsOfReadings([reading()]);
    expect(texts.map(({ part, text }) => [part, text.raw])).toEqual([
      ['image:0', 'buy now'],
      ['qr:0', 'https://example.org/a'],
    ]);
  });
});

describe('findings', () => {
  const bank = (hits: readonly { distance: number; benign: boolean }[]) => ({
    lookup: () => hits.map((hit, i) => ({ entryId: `e${i}`, category: 'fraud.scam', severity: 3, ...hit })),
  });
  it('come from hash banks unless a benign entry is as near', () => {
    const near = { distance: 4, benign: false };
    expect(findingsOfReadings([reading()], bank([near]))).toMatchObject([
      { category: 'fraud.scam', source: 'image_hash', part: 'image:0', spans: [] },
    ]);
    expect(findingsOfReadings([reading()], bank([near, { distance: 4, benign: true }]))).toEqual([]);
    const scaled = (distance: number) => findingsOfReadings([reading()], bank([{ distance, benign: false }]))[0];
    expect(scaled(0)).toMatchObject({ score: 1, calibrated: 0.85 });
    expect(scaled(31)).toMatchObject({ score: 1 - 31 / 256, calibrated: 0.5 });
    const plain = reading({ hash: found({ pdq: '0'.repeat(64), quality: 10 }) });
    expect(findingsOfReadings([plain], bank([near]))).toEqual([]);
  });
  it('come from mapped labels at the flag threshold, below the highest severity', () => {
    const label = { label: 'Porn', score: 0.8, calibrated: 0.5 };
    const labels = { Porn: 0.8, Sexy: 0.3 };
    const scores = { 'sexual.explicit': label, 'sexual.suggestive': { label: 'Sexy', score: 0.3, calibrated: 0.2 } };
    const labelled = reading({ model: found({ model: 'm', labels, scores }) });
    expect(findingsOfReadings([labelled], null)).toMatchObject([
      { category: 'sexual.explicit', severity: 2, score: 0.8, calibrated: 0.5, detector: 'image-model:Porn' },
    ]);
    expect(findingsOfReadings([reading()], null)).toEqual([]);
  });
});

describe('the stage', () => {
  const run = (until: string | null) => {
    const source = { dueUntil: async () => until, readings: async () => [reading({ index: 1 }), reading()] };
    const stages: AnyStage[] = [imagesStage({ source, bank: null, language: languageFake })];
    const note = noteOf({ title: '', body: '', images: [{ index: 0 }, { index: 1 }] });
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    return runPipeline(
      { stages, needs: { wanted: new Set() }, log, selected: null, lastAttempt: true },
      { sourceId: 's', revisionId: 'r', note, repaired: false, now: 0 },
      signal,
    );
  };
  it('is due while readings are', async () => {
    const until = '2026-01-01T00:00:00.000Z';
    expect((await run(until)).evidence.images).toEqual({ status: 'due', until });
  });
  it('hands the texts of all pictures to the later stages', async () => {
    const { evidence, texts } = await run(null);
    expect(texts.map(({ part }) => part)).toEqual(['image:0', 'qr:0', 'image:1', 'qr:1']);
    expect(evidence.images).toMatchObject({ status: 'found', value: { languages: [{ tag: 'en' }] } });
  });
  it('comes before the signs of disguise, so that those on pictures count', async () => {
    const text = 'w e c h a t now';
    const ocr = found({ text, words: [], confidence: 0.9, languages: ['eng'] });
    const source = { dueUntil: async () => null, readings: async () => [reading({ ocr })] };
    const stages = orderStages([normaliseStage(), imagesStage({ source, bank: null, language: languageFake })]);
    const note = noteOf({ title: '', body: '', images: [{ index: 0 }] });
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const { evidence } = await runPipeline(
      { stages, needs: { wanted: new Set() }, log, selected: null, lastAttempt: true },
      { sourceId: 's', revisionId: 'r', note, repaired: false, now: 0 },
      signal,
    );
    const { parts } = (evidence.normalise as { value: NormaliseEvidence }).value;
    expect(parts).toContainEqual({ part: 'image:0', length: text.length, signs: ['spaced'] });
  });
});

describe('sniffImage', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  it.each([
    ['jpeg', '\xff\xd8\xff\xe0'],
    ['png', '\x89PNG\r\n\x1a\n'],
    ['webp', 'RIFF\x00\x00\x00\x00WEBPVP8 '],
    ['gif', 'GIF89a'],
    ['avif', '\x00\x00\x00\x1cftypavif'],
  ])('knows %s', (format, head) => {
    expect(sniffImage(bytes(head))).toBe(format);
  });
  it.each([
    '<svg ',
    '%PDF-1.4',
    'PK\x03\x04',
    'II*\x00',
    '\x00\x00\x00\x1cftypheic',
    'GIF90a',
    'RIFF\x00\x00\x00\x00WAVE',
  ])('refuses %s', (head) => {
    expect(() => sniffImage(bytes(head))).toThrowError(expect.objectContaining({ code: 'image_unsupported' }));
  });
});
