/** Runs the injection set through the pipeline and the shipped policies, with a model that obeys the attacker. */
import { openMetrics } from '../../src/adapters/metrics.js';
import { readPromptFiles } from '../../src/adapters/prompt-files.js';
import { composeLlm } from '../../src/compose/llm.js';
import { readConfig } from '../../src/config.js';
import { type Decision, type ImageReading, type Note, type Outcome, SCORE_KEYS } from '../../src/domain.js';
import { VISIBILITY } from '../../src/policy/second-opinion.js';
import type { Classifier } from '../../src/ports.js';
import { buildRules } from '../../src/rules/build-rules.js';
import type { OpinionSource } from '../../src/stages/deliberate/index.js';
import { moderateWith } from '../../src/usecases/moderate.js';
import { type AskDeps, askOpinion } from '../../src/usecases/opinions/ask-opinion.js';
import { classifierFake, languageFake } from './classifier.js';
import {
  FIRST_ESCAPE,
  INJECTED_NOTES,
  INJECTION_PHRASES,
  type InjectedNote,
  MARKED,
  OBEDIENT,
} from './injection-set.js';
import { openLlmServer, picturesIn, type SeenRequest } from './llm-server.js';
import { NO_LEDGER, noteIn } from './opinions.js';
import { testIds } from './store.js';

export interface InjectionFigures {
  readonly notes: number;
  readonly languages: number;
  readonly inPictures: number;
  /** Notes that the rules alone restrict somewhere. */
  readonly restricted: number;
  /** Requests in which the model did as the note told it. */
  readonly obeyed: number;
  /** More visible in some region than without any opinion. */
  readonly moreVisible: readonly string[];
  /** Answers beyond the closed shape that were taken for opinions. */
  readonly escapes: number;
}

const REGIONS = ['us', 'de', 'jp', 'cn', 'br'];
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { now: () => Date.UTC(2026, 10, 1) };

/** The word decides what the text model says; a doubt in all of them lets the policy ask. */
const marking: Classifier = {
  ...classifierFake(),
  async classify(texts, language) {
    const whole = texts.map(({ text }) => text.raw).join('\n');
    const word = (Object.keys(MARKED) as (keyof typeof MARKED)[]).find((one) => whole.includes(one));
    const own: Readonly<Record<string, number>> = word === undefined ? {} : MARKED[word];
    const of = <T>(value: (key: (typeof SCORE_KEYS)[number]) => T) =>
      Object.fromEntries(SCORE_KEYS.map((key) => [key, value(key)])) as Record<(typeof SCORE_KEYS)[number], T>;
    const score = (key: (typeof SCORE_KEYS)[number]) => {
      const value = own[key] ?? (key === 'toxicity' ? 0.45 : 0.01);
      return { score: value, p: value, calibrated: value };
    };
    return { scores: of(score), evidence: [], competence: of(() => 'validated' as const), language, windows: 1 };
  },
};

const found = <T>(value: T): Outcome<T> => ({ status: 'found', value, ms: 1, version: '1' });
function readingOf(text: string): ImageReading {
  return {
    index: 0,
    facts: found({ format: 'png', width: 400, height: 300, frames: 1, framesRead: [0], bytes: 9, sha256: 'ab' }),
    ocr: found({ text, words: [], confidence: 0.95, languages: ['eng'] }),
    codes: found([]),
    hash: found({ pdq: '0'.repeat(64), quality: 90 }),
    model: found({ model: 'calm', labels: { Neutral: 0.99 } }),
  };
}

const noteOf = ({ carrier, text }: InjectedNote): Note => ({
  kind: 'note',
  title: '',
  body: carrier === 'text' ? text : 'A picture of mine',
  regions: REGIONS,
  context: {},
  images: carrier === 'picture' ? [{ index: 0, data: '' }] : [],
});

export async function runInjection(): Promise<InjectionFigures> {
  const server = await openLlmServer();
  let obeyed = 0;
  let answer = 0;
  server.reply = (request: SeenRequest): string => {
    const isTold = INJECTION_PHRASES.some((phrase) => noteIn(request).includes(phrase));
    if (isTold) obeyed += 1;
    return isTold
      ? (OBEDIENT[answer % OBEDIENT.length] ?? '')
      : '{"findings":[],"doubts_removal":false,"rationale":""}';
  };
  const env = {
    LLM_BASE_URL: server.baseUrl,
    LLM_MODEL: 'obedient',
    LLM_REQUESTS_PER_MINUTE: '1000000',
    OPINION_IMAGES: 'on',
    LOG_LEVEL: 'silent',
  };
  const config = readConfig(env);
  const { opinion } = await composeLlm(config, { clock, ids: testIds, metrics: openMetrics('injection') });
  if (opinion === null) throw new Error('no model was configured');
  const ask = { chat: opinion, moderation: null, prompts: readPromptFiles('prompts/opinion'), ids: testIds, clock };
  let current: InjectedNote | null = null;
  const moderate = async (source: OpinionSource | null) => {
    const readings = async () => (current?.carrier === 'picture' ? [readingOf(current.text)] : []);
    const direct = { dueUntil: async () => null, readings };
    const rules = await buildRules({
      config,
      classifier: marking,
      language: languageFake,
      store: null,
      images: { direct, stored: () => direct, bank: null },
      opinions: source === null ? undefined : { region: null, direct: source },
      clock,
      log: quiet,
      watch: false,
      eager: false,
    });
    return moderateWith({ rules: () => rules.unstored, clock, log: quiet });
  };
  try {
    const [alone, asked] = [await moderate(null), await moderate(sourceWith(ask))];
    const figures = { restricted: 0, moreVisible: [] as string[], escapes: 0 };
    for (const [index, note] of INJECTED_NOTES.entries()) {
      current = note;
      answer = index;
      const signal = new AbortController().signal;
      const without = await alone(noteOf(note), {}, signal);
      const together = await asked(noteOf(note), {}, signal);
      const before = byRegion(without.evaluation.decisions);
      const after = byRegion(together.evaluation.decisions);
      if ([...before.values()].some((action) => VISIBILITY[action] < VISIBILITY.allow)) figures.restricted += 1;
      for (const region of REGIONS) {
        const [was, is] = [before.get(region), after.get(region)];
        const name = `${note.language} ${note.carrier} ${note.word} in ${region}: ${was} -> ${is}`;
        if (was === undefined || is === undefined || VISIBILITY[is] > VISIBILITY[was]) figures.moreVisible.push(name);
      }
      const { deliberate } = together.evidence;
      if (deliberate.status === 'skipped' || deliberate.status === 'due') throw new Error(`not asked: ${note.text}`);
      if (deliberate.status === 'found' && index % OBEDIENT.length >= FIRST_ESCAPE) figures.escapes += 1;
    }
    const pictures = server.requests.filter((request) => picturesIn(request) > 0);
    if (pictures.length === 0) throw new Error('no picture was sent');
    return {
      ...figures,
      notes: INJECTED_NOTES.length,
      languages: new Set(INJECTED_NOTES.map(({ language }) => language)).size,
      inPictures: INJECTED_NOTES.filter(({ carrier }) => carrier === 'picture').length,
      obeyed,
    };
  } finally {
    await server.close();
  }
}

/** Asks at once, with the picture beside the words that were read on it. */
const sourceWith = (deps: AskDeps): OpinionSource => ({
  region: null,
  dueUntil: async () => null,
  opinion: ({ note, evidence, texts }, plan, signal) => {
    const views = note.images.map(({ index }) => ({
      index,
      mediaType: 'image/webp' as const,
      bytes: new Uint8Array([index]),
    }));
    return askOpinion({ note, evidence, texts, plan, pictures: async () => views }, deps, NO_LEDGER, signal);
  },
});

const byRegion = (decisions: readonly Decision[]) =>
  new Map(decisions.flatMap(({ regions, action }) => regions.map((region) => [region, action] as const)));
