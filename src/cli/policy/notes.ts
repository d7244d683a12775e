/** The notes that rules are tried on: the labelled ones of the project, and those that were stored. */
import { DAY_MS, HOUR_MS, type Note, type RegionId } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { PastNote } from '../../policy/backtest.js';
import type { EvaluationInput } from '../../policy/context-values.js';
import type { Store } from '../../ports/store.js';
import { factsOf, type ModerateNow } from '../../usecases/moderate.js';
import { NoteInput, readNote } from '../../usecases/note-input.js';
import { pastNote } from '../../usecases/policy/past-note.js';
import { type NamedFixture, readFixtures, toBody } from '../demo/fixture.js';
import { usageError } from '../io.js';
import type { PolicyIo } from './policy-io.js';

const PAGE = 500;
const TEXT_LIMIT_CHARS = 65_536;

export interface Tried extends PastNote {
  readonly text: string;
}
const textOf = (note: Note): string => `${note.title}\n${note.body}`.trim();

/** `30d`, `12h` or a day -> milliseconds since the epoch. */
export function sinceOf(word: string, now: number): number {
  const [, count, unit] = /^(\d{1,4})([dh])$/.exec(word) ?? [];
  if (count !== undefined) return now - Number(count) * (unit === 'd' ? DAY_MS : HOUR_MS);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(word) ? Date.parse(word) : Number.NaN;
  if (Number.isNaN(day))
    throw usageError(
      `--since "${word}" is neither 30d, 12h nor a day such as 2026-11-01`,
      'polywarden policy --help says more',
    );
  return day;
}

async function labelledNotes(folder: string): Promise<readonly NamedFixture[]> {
  try {
    return await readFixtures(folder);
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    const message = `The labelled notes at ${folder} cannot be read; --no-fixtures leaves them out`;
    throw new InvalidInputError('file_unreadable', message, [], { cause });
  }
}

/** Each through the pipeline once, or once with the words of each side where those differ. */
export async function* fixtureNotes(
  regions: readonly RegionId[],
  pipelines: { readonly before: ModerateNow; readonly after: ModerateNow | null },
  io: PolicyIo,
): AsyncGenerator<Tried> {
  const fixtures = await labelledNotes(io.fixturesDir);
  let done = 0;
  for (const fixture of fixtures) {
    const now = io.now();
    const { note } = readNote(NoteInput.parse(toBody(fixture, now)), { now, textLimitChars: TEXT_LIMIT_CHARS });
    const facts = factsOf(note, regions, now, now);
    const inputOf = async (moderate: ModerateNow): Promise<EvaluationInput> => {
      const { evidence, texts } = await moderate(note, {}, new AbortController().signal);
      return { facts, evidence, texts };
    };
    const input = await inputOf(pipelines.before);
    const inputAfter = pipelines.after === null ? input : await inputOf(pipelines.after);
    done += 1;
    if (io.isTerminal) io.err(`\r${done}/${fixtures.length} labelled notes`);
    const { externalId: id, language } = fixture;
    yield { id, language, input, inputAfter, regions, past: new Map(), human: new Map(), text: textOf(note) };
  }
  if (io.isTerminal) io.err('\r');
}

export async function* storedNotes(
  store: Store,
  since: number,
  allRegions: readonly RegionId[],
  io: PolicyIo,
): AsyncGenerator<Tried> {
  let done = 0;
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<Store['notes']['judged']>> = await store.notes.judged(null, since, cursor, PAGE);
    for (const row of page.items) yield { ...pastNote(row, allRegions), text: textOf(row.note) };
    done += page.items.length;
    if (io.isTerminal) io.err(`\r${done} stored notes`);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  if (io.isTerminal) io.err('\r');
}
