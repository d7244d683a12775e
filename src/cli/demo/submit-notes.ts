/** Sends the fixtures over HTTP, as a platform would, and gathers what came out. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { NoteAnswer } from '../../api/schemas/note.js';
import type { Action } from '../../domain.js';
import type { DemoResult, DemoRow } from './agreement.js';
import { type NamedFixture, toBody } from './fixture.js';

export interface Target {
  readonly url: string;
  readonly apiKey: string;
}

/** As many callers at once as one small platform server would be. */
const CALLERS = 4;
const WAIT_S = 10;
const PATIENCE_MS = 60_000;
const POLL_MS = 250;
/** A further language below this confidence is noise in a table. */
const SECOND_LANGUAGE = 0.1;

type Note = z.infer<typeof NoteAnswer>;

const request = (target: Target, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${target.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${target.apiKey}`, 'content-type': 'application/json', prefer: `wait=${WAIT_S}` },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });

async function readNote(target: Target, path: string): Promise<Note | null> {
  const response = await request(target, path);
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  const note = NoteAnswer.parse(await response.json());
  return note.status === 'pending' ? null : note;
}

async function decide(target: Target, fixture: NamedFixture): Promise<Note> {
  const body = JSON.stringify(toBody(fixture, Date.now()));
  const response = await request(target, '/v1/notes', { method: 'POST', body });
  if (response.status === 200) return NoteAnswer.parse(await response.json());
  if (response.status !== 202) throw new Error(`POST /v1/notes answered ${response.status}: ${await response.text()}`);
  const path = response.headers.get('location') ?? '';
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(POLL_MS)) {
    const note = await readNote(target, path);
    if (note !== null) return note;
  }
  throw new Error('no decision in time');
}

function resultOf(note: Note, ms: number): DemoResult {
  const newest = Math.max(...note.revisions.map((revision) => revision.revision));
  const evidence = note.revisions.find((revision) => revision.revision === newest)?.evidence;
  const actions: Record<string, Action> = {};
  for (const decision of note.decisions.filter((one) => one.revision === newest && one.supersededBy === null)) {
    for (const region of decision.regions) actions[region] = decision.action;
  }
  const findings = (evidence?.findings ?? []).toSorted(
    (a, b) => b.severity - a.severity || b.calibrated - a.calibrated,
  );
  // Rules may also speak on contacts and campaigns, which are no findings.
  const rules = note.decisions.flatMap((decision) => decision.rules);
  return {
    noteId: note.id,
    languages: (evidence?.languages ?? [])
      .filter((guess, rank) => rank === 0 || guess.confidence >= SECOND_LANGUAGE)
      .map((guess) => guess.tag),
    findings: [...new Set([...findings, ...rules].map(({ category }) => category))],
    actions,
    ms,
    error: null,
  };
}

async function submitOne(target: Target, fixture: NamedFixture): Promise<DemoResult> {
  const start = performance.now();
  try {
    return resultOf(await decide(target, fixture), performance.now() - start);
  } catch (error) {
    const ms = performance.now() - start;
    const why = error instanceof Error ? error.message : String(error);
    return { noteId: null, languages: [], findings: [], actions: {}, ms, error: why };
  }
}

/** Notes of a campaign go one after another at the end: what they show depends on their order. */
export async function submitNotes(
  target: Target,
  fixtures: readonly NamedFixture[],
  onDone: () => void,
): Promise<readonly DemoRow[]> {
  const results = new Map<NamedFixture, DemoResult>();
  const drain = async (queue: NamedFixture[]) => {
    for (let fixture = queue.shift(); fixture !== undefined; fixture = queue.shift()) {
      results.set(fixture, await submitOne(target, fixture));
      onDone();
    }
  };
  const inOrder = (fixture: NamedFixture) => fixture.tags.includes('campaign');
  const single = fixtures.filter((fixture) => !inOrder(fixture));
  await Promise.all(Array.from({ length: CALLERS }, () => drain(single)));
  await drain(fixtures.filter(inOrder));
  return fixtures.flatMap((fixture) => {
    const result = results.get(fixture);
    return result === undefined ? [] : [{ fixture, result }];
  });
}
