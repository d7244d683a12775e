/** Ahead of time, on the store in memory: one bad note is given up, the others are translated; a broken engine ends the run. */
import { beforeEach, describe, expect, it } from 'vitest';
import { loadBundle } from '../../../src/adapters/policy-folder.js';
import { InvalidInputError, UnavailableError } from '../../../src/errors.js';
import type { StoredTranslation, TranslationOrder, Translator } from '../../../src/ports/translation.js';
import { type AheadDeps, translateAhead } from '../../../src/usecases/translate/ahead.js';
import { NO_GLOSSARY } from '../../../src/usecases/translate/glossary.js';
import { evidenceOf } from '../../api/support.js';
import { acceptInput, decision, must, noteOf, record, sourceOf, testIds } from '../../support/store.js';
import { type MemoryStore, storeMemory } from '../../support/store-memory.js';

const bundle = await loadBundle('policies');
const BAD = 'veneno';
const clock = { now: () => Date.now() };

let store: MemoryStore;
let source = '';
let asked: TranslationOrder[] = [];
let fault: Error | null = null;
let said = 'en';
let warned: unknown[] = [];

const translator: Translator = {
  engine: 'local',
  model: 'fake@1',
  region: null,
  canTranslate: () => true,
  grantFor: () => ({ tokens: 0, micros: 0 }),
  translate: async (order) => {
    asked.push(order);
    if (fault !== null) throw fault;
    if (order.segments.join().includes(BAD)) throw new InvalidInputError('llm_bad_answer', 'no');
    return {
      texts: order.segments.map((text) => ({ text: `${said} ${text}`, confidence: 0.5 })),
      tokens: 0,
      micros: 0,
    };
  },
  close: async () => undefined,
};
const deps = (): AheadDeps => ({
  store: store.translations,
  budgets: store.opinions,
  translator,
  glossary: NO_GLOSSARY,
  clock,
  log: { debug: () => {}, info: () => {}, warn: (_message, fields) => void warned.push(fields), error: () => {} },
  bundle: () => bundle,
  languages: ['en'],
});
const run = (signal = new AbortController().signal) => translateAhead(deps(), signal);

interface Regions {
  readonly regions: readonly string[];
  readonly decided: readonly string[];
}

async function waiting(
  body: string,
  { regions, decided }: Regions = { regions: ['de', 'us'], decided: ['de', 'us'] },
  title = '',
): Promise<string> {
  const note = noteOf({ title, body, regions });
  const accepted = await store.notes.accept(acceptInput(source, { note, contentHash: testIds.next('c') }));
  if (!('noteId' in accepted)) throw new Error(accepted.kind);
  const claim = must(await store.work.claim(accepted.revisionId, 1_000, Date.now()));
  const languages = [{ tag: 'es', confidence: 0.9 }];
  const evidence = {
    ...evidenceOf(() => 0.1),
    language: { status: 'found' as const, ms: 1, version: '1', value: { languages, segments: [], mixed: false } },
  };
  const decisions = [decision({ action: 'hold', regions: decided })];
  await store.work.complete(claim, record({ decisions, evidence }), Date.now());
  return accepted.noteId;
}

function withEndpoints(id: string, endpoints: readonly string[]): typeof bundle {
  const region = must(bundle.regions.get(id));
  const opinions = { ...region.settings.opinions, endpoints: [...endpoints] };
  const changed = { ...region, settings: { ...region.settings, opinions } };
  return { ...bundle, regions: new Map([...bundle.regions, [id, changed]]) };
}

beforeEach(async () => {
  store = storeMemory();
  source = await sourceOf(store);
  [asked, warned, fault, said] = [[], [], null, 'en'];
});

describe('translateAhead', () => {
  it('translates every open case once', async () => {
    await waiting('Hola a todos los vecinos.');
    await waiting('Buenas noches a la ciudad.');
    expect(await run()).toBe(2);
    expect(await run()).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it('keeps what was translated before a part that fails, and asks for that part alone the next time', async () => {
    await waiting(`Un ${BAD} en la casa.`, undefined, 'Hola a todos los vecinos.');
    expect(await run()).toBe(0);
    expect(await run()).toBe(0);
    const [title, body] = [['Hola a todos los vecinos.'], [`Un ${BAD} en la casa.`]];
    expect(asked.map(({ segments }) => segments)).toEqual([title, body, body]);
  });

  it('keeps no signs that cannot be stored: such a note would be the first of every run', async () => {
    await waiting('Hola a todos los vecinos.');
    said = 'en\0 \ud83d';
    let kept: readonly StoredTranslation[] = [];
    const save: AheadDeps['store']['save'] = async (rows) => {
      kept = rows;
      return true;
    };
    const signal = new AbortController().signal;
    expect(await translateAhead({ ...deps(), store: { ...store.translations, save } }, signal)).toBe(1);
    expect(kept[0]?.segments[0]?.text).toBe('en\ufffd \ufffd Hola a todos los vecinos.');
  });

  it('gives up what fails three times, and the others are not held up by it', async () => {
    await waiting(`Aquí hay ${BAD} para todos.`);
    await waiting('Buenas noches a la ciudad.');
    expect([await run(), await run(), await run(), await run()]).toEqual([1, 0, 0, 0]);
    expect(asked.filter(({ segments }) => segments.join().includes(BAD))).toHaveLength(3);
    expect(JSON.stringify(warned)).not.toContain(BAD);
  });

  it('ends where the engine as a whole cannot, and counts no try against the note', async () => {
    await waiting('Hola a todos los vecinos.');
    await waiting('Buenas noches a la ciudad.');
    fault = new UnavailableError('llm_unavailable', 'away');
    for (let turn = 0; turn < 4; turn += 1) expect(await run()).toBe(0);
    expect(asked).toHaveLength(4);
    fault = null;
    expect(await run()).toBe(2);
  });

  it('sends nothing where one region of the note forbids it, though the case lies in another', async () => {
    const at = (place: string): AheadDeps => ({
      ...deps(),
      translator: { ...translator, engine: 'openai', region: place },
      bundle: () => withEndpoints('de', ['eu']),
    });
    const signal = new AbortController().signal;
    await waiting('Hola a todos los vecinos.', { regions: ['de', 'us'], decided: ['us'] });
    await waiting('Buenas noches a la ciudad.', { regions: [], decided: ['us'] });
    expect(await translateAhead(at('us'), signal)).toBe(0);
    expect(asked).toEqual([]);
    await waiting('Buenos días a la ciudad.', { regions: ['us'], decided: ['us'] });
    expect(await translateAhead(at('us'), signal)).toBe(1);
  });

  it('ends with its signal, and a broken store is no fault of a note', async () => {
    await waiting('Hola a todos los vecinos.');
    expect(await run(AbortSignal.abort())).toBe(0);
    store.away = true;
    await expect(run()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('does not ask about an erased note', async () => {
    const noteId = await waiting('Hola a todos los vecinos.');
    await store.notes.erase(source, noteId, { kind: 'system', id: 'test' }, Date.now());
    expect(await run()).toBe(0);
    expect(asked).toEqual([]);
  });
});
