/**
 * After a changed policy, changed words or a grown bank of texts: stored notes are judged again by what is in force. What
 * the stages found is taken as it was stored, but for the words and known texts, which are looked for anew. Notes with
 * another outcome are made due: workers judge them like any other. Twice does what once does.
 */
import { setImmediate as breath } from 'node:timers/promises';
import type { Action, Evidence, RegionId } from '../domain.js';
import type { Bundle } from '../policy/bundle.js';
import { type Answer, answersOf } from '../policy/compare.js';
import type { LookUpsStore } from '../ports/banks.js';
import type { Actor, JudgedRevision, Page, Store } from '../ports/store.js';
import type { Clock } from '../ports.js';
import type { Stage } from '../stages/stage.js';
import { partsOf } from './note-texts.js';
import { pastNote } from './policy/past-note.js';

export interface RejudgeDeps {
  readonly notes: Pick<Store['notes'], 'judged'>;
  readonly lookUps: Pick<LookUpsStore, 'again'>;
  /** In force, with the overrides that stand now. */
  readonly bundle: Bundle;
  /** With the words in force and the banks of texts as they are. */
  readonly match: Stage<'match'>;
  readonly clock: Clock;
}
export interface RejudgeOrder {
  /** Notes that were decided at this time or later. */
  readonly since: number;
  /** Null: all. */
  readonly regions: ReadonlySet<RegionId> | null;
  /** Notes with another outcome after which it stops, the oldest first; null: none. */
  readonly most: number | null;
  readonly dryRun: boolean;
  readonly actor: Actor;
}
export interface RejudgedNote {
  readonly noteId: string;
  readonly externalId: string;
  readonly moves: readonly RejudgedMove[];
}
interface RejudgedMove {
  readonly region: RegionId;
  readonly before: Action;
  readonly after: Answer;
}
export interface Rejudged {
  readonly notes: number;
  /** Notes with another outcome. */
  readonly differ: number;
  /** Those of them that were made due. */
  readonly marked: number;
  /** Stopped at the most that was asked for; later notes were not looked at. */
  readonly stopped: boolean;
  readonly moves: readonly (RejudgedMove & { readonly count: number })[];
  readonly first: readonly RejudgedNote[];
}

const PAGE = 200;
const MOST_NAMED = 20;
/** Every process that judges has asked for the new hashes by then. */
const PAUSE_MS = 10_000;

export async function rejudge(
  deps: RejudgeDeps,
  order: RejudgeOrder,
  signal: AbortSignal,
  progress: (notes: number) => void = () => undefined,
): Promise<Rejudged> {
  const totals = { notes: 0, differ: 0, marked: 0 };
  const counts = new Map<string, RejudgedMove & { count: number }>();
  const first: RejudgedNote[] = [];
  const most = order.most ?? Number.POSITIVE_INFINITY;
  let stopped = false;
  for (let cursor: string | null = null; ; ) {
    const page: Page<JudgedRevision> = await deps.notes.judged(null, order.since, cursor, PAGE);
    const rows = page.items.filter(({ stands }) => stands);
    const { looked, moved } = await movedIn(rows, most - totals.differ, (row) =>
      movesOf(row, deps, order.regions, signal),
    );
    totals.notes += looked;
    totals.differ += moved.length;
    count(moved, counts);
    first.push(...moved.slice(0, MOST_NAMED - first.length).map(nameOf));
    if (!order.dryRun && moved.length > 0) {
      const now = deps.clock.now();
      const times = { now, dueAt: now + PAUSE_MS, verb: 'note.judged_again' } as const;
      const due = moved.map(({ row }) => row.revisionId);
      totals.marked += await deps.lookUps.again(due, order.actor, times);
    }
    progress(totals.notes);
    stopped = looked < rows.length || (totals.differ >= most && page.nextCursor !== null);
    if (page.nextCursor === null || stopped) break;
    cursor = page.nextCursor;
    await breath();
  }
  const moves = [...counts.values()].sort((a, b) => b.count - a.count || (a.region < b.region ? -1 : 1));
  return { ...totals, stopped, moves, first };
}

interface Moved {
  readonly row: JudgedRevision;
  readonly moves: readonly RejudgedMove[];
}

/** Those with another outcome, and how many had to be looked at for `most` of them. */
async function movedIn(
  rows: readonly JudgedRevision[],
  most: number,
  look: (row: JudgedRevision) => Promise<readonly RejudgedMove[]>,
): Promise<{ readonly looked: number; readonly moved: readonly Moved[] }> {
  const moved: Moved[] = [];
  let looked = 0;
  for (const row of rows) {
    if (moved.length >= most) break;
    looked += 1;
    const moves = await look(row);
    if (moves.length > 0) moved.push({ row, moves });
  }
  return { looked, moved };
}

function count(moved: readonly Moved[], into: Map<string, RejudgedMove & { count: number }>): void {
  for (const move of moved.flatMap(({ moves }) => moves)) {
    const key = `${move.region} ${move.before} ${move.after}`;
    into.set(key, { ...move, count: (into.get(key)?.count ?? 0) + 1 });
  }
}

const nameOf = ({ row: { noteId, externalId }, moves }: Moved): RejudgedNote => ({ noteId, externalId, moves });

/** Regions with another action or category than the policy gave; where a person has decided, nothing would follow. */
async function movesOf(
  row: JudgedRevision,
  { bundle, match }: RejudgeDeps,
  wanted: ReadonlySet<RegionId> | null,
  signal: AbortSignal,
): Promise<readonly RejudgedMove[]> {
  signal.throwIfAborted();
  const { input, regions, past, human } = pastNote(row, [...bundle.regions.keys()]);
  const asked = regions.filter((region) => !human.has(region) && (wanted === null || wanted.has(region)));
  if (asked.length === 0) return [];
  const evidence = await lookedUp(row, match, signal);
  const now = answersOf({ ...input, evidence }, bundle, regions);
  const categories = new Map(
    row.decisions.flatMap(({ regions: of, category }) => of.map((region) => [region, category])),
  );
  return asked.flatMap((region) => {
    const [before, after] = [past.get(region), now.get(region)];
    if (before === undefined || after === undefined) return [];
    const isSame = before === after.action && (categories.get(region) ?? null) === after.category;
    return isSame ? [] : [{ region, before, after: after.action }];
  });
}

/** Words and known texts as they are found now; what could not be read then is left as it was. */
async function lookedUp(row: JudgedRevision, match: Stage<'match'>, signal: AbortSignal): Promise<Evidence> {
  const { note, evidence, sourceId, revisionId } = row;
  if (evidence.match.status !== 'found') return evidence;
  const texts = partsOf(note, evidence);
  const asked = { sourceId, revisionId, note, texts, evidence, repaired: false, now: Date.parse(row.decidedAt) };
  const value = await match.run(asked, signal);
  return { ...evidence, match: { ...evidence.match, value } };
}
