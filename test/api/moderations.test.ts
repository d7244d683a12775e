/** The official client of OpenAI against our server: the shape is theirs, the honesty about gaps is ours. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../src/api/deps.js';
import { OPENAI_CATEGORIES, type OpenaiResult, toOpenaiResult } from '../../src/api/openai.js';
import type { Evidence, Finding } from '../../src/domain.js';
import { type Bench, evidenceOf, moderateFake, openBench } from './support.js';

let bench: Bench;
let client: OpenAI;
let baseURL: string;
const asked: { text: string; stages: readonly string[] }[] = [];
let answerOf: ((evidence: Evidence) => Evidence) | null = null;

const moderate: ApiDeps['moderate'] = async (note, options, signal) => {
  if (note.body === 'a long wait') {
    await once(signal, 'abort');
    signal.throwIfAborted();
  }
  asked.push({ text: note.body, stages: options.stages ?? [] });
  const answer = await moderateFake(note, options, signal);
  return answerOf === null ? answer : { ...answer, evidence: answerOf(answer.evidence) };
};

beforeAll(async () => {
  bench = await openBench({ deps: { moderate } });
  await bench.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = bench.server.server.address() as AddressInfo;
  const { headers } = await bench.keyFor('app', ['moderations']);
  baseURL = `http://127.0.0.1:${port}/v1`;
  client = new OpenAI({ apiKey: String(headers['authorization']).slice('Bearer '.length), baseURL, maxRetries: 0 });
});
afterAll(() => bench.server.close());

const ASSESSED = ['harassment', 'harassment/threatening', 'hate', 'self-harm/intent', 'sexual'];
const ours = (result: unknown): OpenaiResult => result as OpenaiResult;

describe('the openai client', () => {
  it('reads one text', async () => {
    const answer = await client.moderations.create({ model: 'omni-moderation-latest', input: 'a mild insult' });
    expect(answer.id).toMatch(/^modr_/);
    expect(answer.model).toBe('test-model');
    const [result] = answer.results;
    expect(result).toMatchObject({ flagged: true, categories: { harassment: true, hate: false } });
    expect(result?.category_scores.harassment).toBeCloseTo(0.9);
    expect(result?.category_applied_input_types.harassment).toEqual(['text']);
  });

  it('names every category, and those that nothing assessed', async () => {
    const { results } = await client.moderations.create({ input: 'soup' });
    const result = ours(results[0]);
    for (const part of [result.categories, result.category_scores, result.category_applied_input_types]) {
      expect(Object.keys(part).toSorted()).toEqual([...OPENAI_CATEGORIES].toSorted());
    }
    const assessed = OPENAI_CATEGORIES.filter((name) => result.category_applied_input_types[name].length > 0);
    expect(assessed.toSorted()).toEqual(ASSESSED);
    expect(result.x_not_assessed.toSorted()).toEqual(
      OPENAI_CATEGORIES.filter((name) => !ASSESSED.includes(name)).toSorted(),
    );
  });

  it('may leave before the answer: the work ends, and nothing is called a defect', async () => {
    const leave = new AbortController();
    const answer = client.moderations.create({ input: 'a long wait' }, { signal: leave.signal });
    answer.catch(() => undefined);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    leave.abort();
    await expect(answer).rejects.toThrow();
    const about = () => bench.logged.filter((entry) => JSON.stringify(entry).includes('/v1/moderations'));
    await expect.poll(() => about().length).toBe(1);
    expect(about()).toMatchObject([{ message: 'request failed', code: 'deadline_exceeded' }]);
  });

  it('reads a list of texts, one result each, in order', async () => {
    const { results } = await client.moderations.create({ input: ['soup', 'an insult', 'tea'] });
    expect(results.map((result) => result.flagged)).toEqual([false, true, false]);
  });

  it('reads parts as one input, and says that nothing looked at the image', async () => {
    asked.length = 0;
    const { results } = await client.moderations.create({
      input: [
        { type: 'text', text: 'first' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        { type: 'text', text: 'insult' },
      ],
    });
    expect(results).toHaveLength(1);
    expect(results[0]?.flagged).toBe(true);
    expect(ours(results[0]).x_images_not_assessed).toBe(1);
    expect(asked).toEqual([
      { text: 'first\ninsult', stages: ['normalise', 'language', 'images', 'match', 'classify'] },
    ]);
  });

  it('an image alone is assessed by nothing', async () => {
    answerOf = (evidence) => ({
      ...evidence,
      classify: { status: 'skipped', why: 'no_text' },
      match: { status: 'skipped', why: 'no_text' },
    });
    const { results } = await client.moderations.create({
      input: [{ type: 'image_url', image_url: { url: 'https://img.example/1.jpg' } }],
    });
    answerOf = null;
    expect(ours(results[0]).x_not_assessed).toEqual([...OPENAI_CATEGORIES]);
    expect(results[0]?.flagged).toBe(false);
  });

  it('meets its own errors: wrong key, wrong body', async () => {
    const stranger = new OpenAI({ apiKey: 'sk-nothing', baseURL, maxRetries: 0 });
    await expect(stranger.moderations.create({ input: 'x' })).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    const wrong = client.moderations.create({ input: [] });
    await expect(wrong).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(wrong).rejects.toThrow(/input: A text, 1 to 32 texts/);
    await expect(wrong).rejects.toMatchObject({ param: 'input' });
  });

  it.each([
    ['model_missing', { status: 'failed', code: 'model_missing', message: '/secret/model.onnx' }],
    ['model_unavailable', { status: 'failed', code: 'deadline_exceeded', message: 'late' }],
    ['model_missing', { status: 'skipped', why: 'no_model' }],
  ] as const)('says %s instead of a clean answer when the model did not speak', async (code, classify) => {
    answerOf = (evidence) => ({ ...evidence, classify });
    const failing = client.moderations.create({ input: 'anything' });
    await expect(failing).rejects.toMatchObject({ status: 503, code });
    await expect(failing).rejects.not.toThrow(/secret/);
    answerOf = null;
  });

  it('refuses a text beyond the limit', async () => {
    await expect(client.moderations.create({ input: 'a'.repeat(70_000) })).rejects.toMatchObject({ status: 400 });
  });
});

describe('toOpenaiResult', () => {
  const finding = (category: Finding['category'], calibrated: number): Finding => ({
    category,
    score: calibrated,
    calibrated,
    severity: 3,
    source: 'term',
    detector: 't1',
    part: 'body',
    spans: [{ start: 0, end: 1 }],
    view: 'raw',
  });
  const withFindings = (...findings: readonly Finding[]): Evidence => ({
    ...evidenceOf(() => 0.1),
    match: { status: 'found', ms: 1, version: '1', value: { findings, contacts: [] } },
  });

  it('a term that was found assesses its category', () => {
    const result = toOpenaiResult(withFindings(finding('goods.drugs', 1), finding('violence.graphic', 0.3)), 0);
    expect(result.categories.illicit).toBe(true);
    expect(result.category_scores['violence/graphic']).toBe(0.3);
    expect(result.x_not_assessed).not.toContain('illicit');
  });
  it('a category without counterpart changes nothing', () => {
    const { flagged } = toOpenaiResult(withFindings(finding('authentic.spam', 1)), 0);
    expect(flagged).toBe(false);
  });
  it('a head that was never measured for the language assesses nothing', () => {
    const evidence = evidenceOf(() => 0.9);
    if (evidence.classify.status !== 'found') throw new Error('no evidence');
    const { value } = evidence.classify;
    const competence = { ...value.competence, 'hate.attack': 'none' as const };
    const result = toOpenaiResult(
      { ...evidence, classify: { ...evidence.classify, value: { ...value, competence } } },
      0,
    );
    expect(result.x_not_assessed).toContain('hate');
    expect(result.categories.hate).toBe(false);
    expect(result.categories.harassment).toBe(true);
  });
});
