/** A stage that fails in any way never leads to allow: each part of the pipeline, broken in each way, one cell each. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { openIds } from '../../src/adapters/clock-ids.js';
import { openTextReader } from '../../src/adapters/ocr-tesseract.js';
import { readPromptFiles } from '../../src/adapters/prompt-files.js';
import { readConfig } from '../../src/config.js';
import {
  type Decision,
  EVIDENCE_KEYS,
  type Evidence,
  type EvidenceKey,
  type ImageReading,
  type Note,
} from '../../src/domain.js';
import { OCR_SCRIPT, PROMPTS_DIR } from '../../src/paths.js';
import type { ChatModel } from '../../src/ports/llm.js';
import type {
  Classifier,
  CodeReader,
  ImageDecoder,
  ImageHashBank,
  ImageModel,
  LanguageModel,
  TextReader,
} from '../../src/ports.js';
import { buildRules } from '../../src/rules/build-rules.js';
import type { OpinionSource } from '../../src/stages/deliberate/index.js';
import { type ImageReaders, readImage } from '../../src/stages/images/read-image.js';
import type { AnyStage } from '../../src/stages/stage.js';
import { type Judge, moderateWith } from '../../src/usecases/moderate.js';
import { type AskDeps, askOpinion, type Ledger } from '../../src/usecases/opinions/ask-opinion.js';
import { languageFake } from '../support/classifier.js';
import { answerWith, DOUBT_WORD, doubtfulClassifier, NO_LEDGER } from '../support/opinions.js';
import { broken } from './support/form.js';
import { row } from './support/row.js';

/** What each part answers on a calm day; the note is harmless and is then allowed everywhere. */
interface Parts {
  readonly language: LanguageModel['guess'];
  readonly classifier: Classifier['classify'];
  readonly decoder: ImageDecoder['decode'];
  readonly ocr: TextReader['read'];
  readonly codes: CodeReader['read'];
  readonly hash: NonNullable<ImageReaders['hash']>;
  readonly bank: ImageHashBank['lookup'];
  readonly imageModel: ImageModel['classify'];
  readonly chat: ChatModel['complete'];
}
type PartName = keyof Parts;
/** The stage that has to be marked when the part breaks. */
const STAGE_OF: Readonly<Record<PartName, EvidenceKey>> = {
  language: 'language',
  classifier: 'classify',
  decoder: 'images',
  ocr: 'images',
  codes: 'images',
  hash: 'images',
  bank: 'images',
  imageModel: 'images',
  chat: 'deliberate',
};
/** Parts that answer at once cannot keep anyone waiting but by blocking the thread, which row 6 does. */
const SYNCHRONOUS: ReadonlySet<PartName> = new Set(['language', 'hash', 'bank']);

const STAGE_LIMIT_MS = 150;
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** Ways to break; each replaces the answer of the part. */
const FAULTS: Readonly<Record<string, { readonly waits: boolean; readonly answer: () => unknown }>> = {
  error: {
    waits: false,
    answer: () => {
      throw new Error('broken');
    },
  },
  crash: {
    waits: false,
    answer: () => {
      // Whatever a foreign runtime may throw.
      throw 'aborted(core dumped)';
    },
  },
  hang: { waits: true, answer: () => new Promise(() => undefined) },
  'over budget': { waits: true, answer: () => later(4 * STAGE_LIMIT_MS) },
  garbage: { waits: false, answer: () => ({ scores: { toxicity: { p: Number.NaN } }, text: 7, labels: 'none' }) },
  empty: { waits: false, answer: () => undefined },
};

const pixels = { width: 8, height: 8, rgb: new Uint8Array(192), frame: 0, scale: 1 };
const facts = { format: 'png', width: 8, height: 8, frames: 1, framesRead: [0], bytes: 9, sha256: 'ab' } as const;
const CALM: Parts = {
  language: languageFake.guess,
  classifier: doubtfulClassifier().classify,
  decoder: async () => ({ facts, frames: [pixels], pieces: [pixels] }),
  ocr: async () => ({ text: '', words: [], confidence: 0, languages: [] }),
  codes: async () => [],
  hash: () => ({ pdq: '0'.repeat(64), quality: 90 }),
  bank: () => [],
  imageModel: async () => ({ model: 'calm', labels: { Neutral: 0.99 } }),
  chat: async () => {
    const text = answerWith([]);
    const spent = { promptTokens: 9, completionTokens: 9, costMicros: 0, ms: 1 };
    return { text, json: JSON.parse(text), model: 'calm', finish: 'stop', ...spent };
  },
};
const NOTE: Note = {
  kind: 'note',
  title: 'A morning walk',
  body: `We walked along the river and watched two herons by the ${DOUBT_WORD}.`,
  regions: ['us', 'de', 'jp'],
  context: {},
  images: [{ index: 0, data: '' }],
};

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { now: () => Date.UTC(2026, 0, 1) };
const signal = new AbortController().signal;

/** The day's money for the language model is gone. */
let isSpent = false;

/** One set of rules for all cells; what its parts answer changes from cell to cell. */
async function pipelineOf(parts: () => Parts): Promise<() => Promise<readonly Decision[]>> {
  const readers: ImageReaders = {
    decoder: {
      decode: (...asked) => parts().decoder(...asked),
      view: async () => new Uint8Array(),
      close: async () => undefined,
    },
    text: { read: (...asked) => parts().ocr(...asked), close: async () => undefined },
    codes: { read: (...asked) => parts().codes(...asked) },
    hash: (frame) => parts().hash(frame),
    model: { model: 'calm', classify: (...asked) => parts().imageModel(...asked), close: async () => undefined },
  };
  const direct = {
    dueUntil: async () => null,
    readings: async (_order: unknown, stop: AbortSignal): Promise<readonly ImageReading[]> => {
      const order = { index: 0, bytes: async () => new Uint8Array(9), likely: [], lastAttempt: true };
      return [await readImage(order, readers, stop)];
    },
  };
  const asked: AskDeps = {
    chat: {
      purpose: 'opinion',
      model: 'calm',
      region: null,
      seesImages: false,
      complete: (...ask) => parts().chat(...ask),
    },
    moderation: null,
    prompts: readPromptFiles(path.join(PROMPTS_DIR, 'opinion')),
    ids: openIds(clock),
    clock,
  };
  const ledger: Ledger = { ...NO_LEDGER, reserve: async () => (isSpent ? null : async () => undefined) };
  const opinions: OpinionSource = {
    region: null,
    dueUntil: async () => null,
    opinion: (input, plan, stop) => askOpinion({ ...input, plan, pictures: async () => [] }, asked, ledger, stop),
  };
  const rules = await buildRules({
    config: readConfig({ LOG_LEVEL: 'silent' }),
    classifier: {
      model: 'calm@1',
      classify: (...asked) => parts().classifier(...asked),
      close: async () => undefined,
    },
    language: { guess: (text) => parts().language(text) },
    store: null,
    opinions: { region: null, direct: opinions },
    images: { direct, stored: () => direct, bank: { lookup: (...asked) => parts().bank(...asked) } },
    clock,
    log: quiet,
    watch: false,
    eager: false,
  });
  const stages = rules.unstored.stages.map((stage): AnyStage => ({ ...stage, timeoutMs: limitOf(stage) }));
  const judge: Judge = broken === 'allow' ? forgiving(rules.unstored.judge) : rules.unstored.judge;
  const moderate = moderateWith({ rules: () => ({ judge, stages }), clock, log: quiet });
  return async () => (await moderate(NOTE, {}, signal)).evaluation.decisions;
}

/** The safeguard taken away: what failed looks to the policies like what was read on the calm day. */
let calmEvidence: Evidence | null = null;
const forgiving = (judge: Judge): Judge => ({
  ...judge,
  evaluate: (noteFacts, evidence, texts, regions) => {
    calmEvidence ??= evidence;
    const calm = calmEvidence;
    const mended = Object.fromEntries(
      EVIDENCE_KEYS.map((key) => [key, JSON.stringify(evidence[key]).includes('"failed"') ? calm[key] : evidence[key]]),
    ) as unknown as Evidence;
    return judge.evaluate(noteFacts, mended, texts, regions);
  },
});
const LIMITED: ReadonlySet<EvidenceKey> = new Set(['images', 'classify', 'deliberate']);
const limitOf = (stage: AnyStage): number => (LIMITED.has(stage.name) ? STAGE_LIMIT_MS : stage.timeoutMs);

const breakOne = (part: PartName, answer: () => unknown): Parts => ({ ...CALM, [part]: answer }) as Parts;
const isAllowed = ({ action }: Decision): boolean => action === 'allow';

row(24, 'A failed stage never allows', { short: 180, full: 1_800 }, async (form) => {
  let parts = CALM;
  const decide = await pipelineOf(() => parts);
  const calm = await decide();
  const allowed: string[] = [];
  const unmarked: string[] = [];
  let cells = 0;
  for (const part of Object.keys(CALM) as PartName[]) {
    for (const [fault, { waits, answer }] of Object.entries(FAULTS)) {
      if (waits && SYNCHRONOUS.has(part)) continue;
      cells += 1;
      parts = breakOne(part, answer);
      // Of a paid part the budget is money as well as time.
      isSpent = part === 'chat' && fault === 'over budget';
      const decisions = await decide();
      const cell = `${part} ${fault}`;
      if (decisions.length === 0 || decisions.some(isAllowed)) allowed.push(cell);
      if (!decisions.every(({ gaps }) => gaps.some(({ stage }) => stage === STAGE_OF[part]))) unmarked.push(cell);
    }
  }
  const child = await manyPictures(form.of(20, 1_000), form.of(8, 300));
  return {
    figure: `${cells} cells: wrongly allowed ${allowed.length}${list(allowed)}, marked degraded ${cells - unmarked.length}/${cells}${list(unmarked)}; ${child.pictures} pictures read by ${child.started} processes, one of which grew by ${child.growthMb.toFixed(1)} MB a picture`,
    holds: {
      'the calm note is allowed': calm.length > 0 && calm.every(isAllowed),
      'nothing is allowed': allowed.length === 0,
      'each is marked': unmarked.length === 0,
      'the process that reads words is replaced': child.started === child.expected,
      'it does not grow without end': child.growthMb < 5,
    },
  };
});
const list = (cells: readonly string[]): string => (cells.length === 0 ? '' : ` (${cells.join(', ')})`);

/** The process that reads words, worked until it has been replaced: starts, and memory by picture within one of them. */
async function manyPictures(pictures: number, recycleAfter: number) {
  const file = path.resolve('fixtures/images/menu-en.png');
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const menu = { width: info.width, height: info.height, rgb: data, frame: 0, scale: 1 };
  const limits = { startMs: 60_000, timeoutMs: 60_000, maxRssBytes: 1_024 * MEGABYTE, recycleAfter };
  const reader = openTextReader({ script: OCR_SCRIPT, ...limits });
  let [warm, last] = [0, 0];
  try {
    for (let n = 0; n < pictures; n += 1) {
      const { text } = await reader.read([menu], [], signal);
      if (text === '') throw new Error('the menu has words');
      // The first two pictures load the data.
      if (n === 1) warm = await residentMb(reader.pid());
      if (n === recycleAfter - 1) last = await residentMb(reader.pid());
    }
    const expected = Math.ceil(pictures / recycleAfter);
    return { pictures, started: reader.started(), expected, growthMb: (last - warm) / (recycleAfter - 2) };
  } finally {
    await reader.close();
  }
}
const MEGABYTE = 1_048_576;

async function residentMb(pid: number | null): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1_024;
}
