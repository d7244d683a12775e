import { describe, expect, it } from 'vitest';
import { EVIDENCE_KEYS, type EvidenceKey, type EvidenceMap, type LabelledText, type Note } from '../src/domain.js';
import { InvalidInputError, UnavailableError } from '../src/errors.js';
import { type PipelineOptions, runPipeline } from '../src/pipeline.js';
import { normalise } from '../src/stages/normalise/index.js';
import type { AnyStage, Stage, StageInput } from '../src/stages/stage.js';

const SECRET = 'the words of the note';
const note: Note = { kind: 'note', title: 'Title', body: SECRET, regions: ['de'], context: {}, images: [] };
const subject = { sourceId: 'src_1', revisionId: 'rev_1', note, repaired: false, now: 0 };
const never = new AbortController().signal;

function recordingLog() {
  const lines: string[] = [];
  const write = (message: string, fields?: unknown) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { lines, log: { debug: write, info: write, warn: write, error: write } };
}
const options = (stages: readonly AnyStage[], extra: Partial<PipelineOptions> = {}): PipelineOptions => ({
  stages,
  needs: { wanted: new Set(EVIDENCE_KEYS) },
  log: recordingLog().log,
  selected: null,
  lastAttempt: true,
  ...extra,
});

function stage<K extends EvidenceKey>(name: K, run: Stage<K>['run'], extra: Partial<Stage<K>> = {}): AnyStage {
  const made: Stage<K> = {
    name,
    version: '7',
    reads: [],
    languages: '*',
    cost: 'free',
    timeoutMs: 1_000,
    when: () => ({ run: true }),
    run,
    ...extra,
  };
  return made as unknown as AnyStage;
}
const language: EvidenceMap['language'] = { languages: [{ tag: 'en', confidence: 1 }], segments: [], mixed: false };
const match: EvidenceMap['match'] = { findings: [], contacts: [] };

describe('runPipeline', () => {
  it('gives every evidence key an outcome', async () => {
    const run = await runPipeline(options([]), subject, never);
    expect(Object.keys(run.evidence).sort()).toEqual([...EVIDENCE_KEYS].sort());
    expect(run.evidence.images).toEqual({ status: 'skipped', why: 'no_images' });
    expect(run.evidence.classify).toEqual({ status: 'skipped', why: 'no_model' });
    expect(run.evidence.deliberate).toEqual({ status: 'skipped', why: 'not_configured' });
  });

  it('says that images are not read where there are some and no stage for them', async () => {
    const withImage = { ...subject, note: { ...note, images: [{ index: 0 }] } };
    const run = await runPipeline(options([]), withImage, never);
    expect(run.evidence.images).toEqual({ status: 'skipped', why: 'not_supported' });
  });

  it('hands earlier evidence and texts that a stage found to the later stages', async () => {
    const found: LabelledText = { part: 'image:0', text: normalise('seen on a picture') };
    const seen: StageInput[] = [];
    const run = await runPipeline(
      options([
        stage('images', async () => ({ readings: [], findings: [] }), { texts: () => [found] }),
        stage('match', async (input) => {
          seen.push(input);
          return match;
        }),
      ]),
      subject,
      never,
    );
    expect(seen[0]?.texts.map((text) => text.part)).toEqual(['title', 'body', 'image:0']);
    expect(seen[0]?.evidence.images).toMatchObject({ status: 'found', version: '7' });
    expect(run.texts).toHaveLength(3);
    expect(run.trace.map((entry) => [entry.stage, entry.status])).toEqual([
      ['images', 'found'],
      ['match', 'found'],
    ]);
  });

  it('records why a stage did not run', async () => {
    const quiet = stage('language', async () => language, { when: () => ({ run: false, why: 'no_text' }) });
    const other = stage('match', async () => match);
    const run = await runPipeline(options([quiet, other], { selected: new Set(['language']) }), subject, never);
    expect(run.evidence.language).toEqual({ status: 'skipped', why: 'no_text' });
    expect(run.evidence.match).toEqual({ status: 'skipped', why: 'not_selected' });
    expect(run.evidence.classify).toEqual({ status: 'skipped', why: 'not_selected' });
  });

  it('turns a defect into a failure without the text of the note, and goes on', async () => {
    const { lines, log } = recordingLog();
    const broken = stage('language', async (input) => {
      throw new TypeError(`cannot read ${input.note.body}`);
    });
    const run = await runPipeline(options([broken, stage('match', async () => match)], { log }), subject, never);
    expect(run.evidence.language).toMatchObject({ status: 'failed', code: 'stage_failed' });
    expect(run.evidence.match.status).toBe('found');
    expect(JSON.stringify([run.evidence, run.trace, lines])).not.toContain(SECRET);
    expect(lines).toHaveLength(1);
  });

  it('keeps the code of our own errors', async () => {
    const refused = stage('language', async () => {
      throw new InvalidInputError('terms_invalid', 'no such bank');
    });
    const run = await runPipeline(options([refused], { lastAttempt: false }), subject, never);
    expect(run.evidence.language).toEqual({ status: 'failed', code: 'terms_invalid', message: 'no such bank' });
  });

  it('rethrows what is away while attempts remain, and records it on the last', async () => {
    const away = stage('campaign', async () => {
      throw new UnavailableError('store_unavailable', 'away');
    });
    await expect(runPipeline(options([away], { lastAttempt: false }), subject, never)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    const run = await runPipeline(options([away]), subject, never);
    expect(run.evidence.campaign).toMatchObject({ status: 'failed', code: 'store_unavailable' });
  });

  it('ends a stage that ignores its signal at the time limit', async () => {
    let aborted = false;
    const endless = stage(
      'language',
      (_input, signal) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return new Promise<never>(() => undefined);
      },
      { timeoutMs: 20 },
    );
    const run = await runPipeline(options([endless]), subject, never);
    expect(run.evidence.language).toMatchObject({ status: 'failed', code: 'deadline_exceeded' });
    expect(aborted).toBe(true);
  });

  it('throws on an abort from outside and records nothing', async () => {
    const outer = new AbortController();
    const endless = stage('language', () => new Promise<never>(() => undefined));
    const running = runPipeline(options([endless]), subject, outer.signal);
    outer.abort(new UnavailableError('not_ready', 'stops'));
    await expect(running).rejects.toMatchObject({ code: 'not_ready' });
  });
});
