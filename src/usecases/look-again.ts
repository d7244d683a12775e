/**
 * When the hash banks have grown, pictures that were judged before are held against them again. Notes with a new match
 * are made due: workers judge them like any other. Pages, a bound per run, and a kept place; twice does what once does.
 */

import { DAY_MS, type PictureHash } from '../domain.js';
import type { HashBanksStore, HashedPicture, LookUpsStore, PicturePlace } from '../ports/banks.js';
import type { Actor } from '../ports/store.js';
import type { Clock, ImageHashBank, Log } from '../ports.js';
import { findingsOfHash } from '../stages/images/findings.js';
import { indexHashes } from '../stages/images/hash-index.js';
import { allHashes } from './all-hashes.js';

export interface LookAgainDeps {
  readonly imageBanks: Pick<HashBanksStore<PictureHash>, 'hashes'>;
  readonly lookUps: LookUpsStore;
  readonly clock: Clock;
}
export interface LookAgain {
  /** Pictures that came in at this time or later. */
  readonly since: number;
  readonly after: PicturePlace | null;
  readonly mostPages: number;
  readonly actor: Actor;
  readonly pauseMs?: number | undefined;
}
export interface LookedAgain {
  readonly pictures: number;
  /** Notes that are judged again. */
  readonly notes: number;
  /** Null: all were looked at. */
  readonly place: PicturePlace | null;
}

const PAGE = 500;
/** Every process that judges has asked for the new hashes by then. */
const PAUSE_MS = 10_000;
const SYSTEM: Actor = { kind: 'system', id: 'upkeep' };
/** 20,000 pictures in one run of the upkeep. */
const MOST_PAGES = 40;

const timesOf = (now: number, pauseMs: number) => ({ now, dueAt: now + pauseMs });

/** What a match is known by; what was found before is no news. */
function isNews({ index, hash, known, sourceId }: HashedPicture, bank: ImageHashBank): boolean {
  const outcome = { status: 'found', value: hash, ms: 0, version: '' } as const;
  return findingsOfHash({ index, hash: outcome }, bank, sourceId).some(({ detector }) => !known.includes(detector));
}

export async function lookAgain(
  { imageBanks, lookUps, clock }: LookAgainDeps,
  { since, after, mostPages, actor, pauseMs = PAUSE_MS }: LookAgain,
  signal: AbortSignal,
  progress: (so: LookedAgain) => void = () => undefined,
): Promise<LookedAgain> {
  const bank = indexHashes(await allHashes(imageBanks, clock.now()), clock.now);
  let so: LookedAgain = { pictures: 0, notes: 0, place: after };
  for (let page = 0; page < mostPages; page += 1) {
    signal.throwIfAborted();
    const pictures: readonly HashedPicture[] = await lookUps.hashed(since, so.place, PAGE);
    const due = new Set(pictures.filter((one) => isNews(one, bank)).map(({ revisionId }) => revisionId));
    const notes = due.size === 0 ? 0 : await lookUps.again([...due], actor, timesOf(clock.now(), pauseMs));
    const last = pictures.at(-1);
    const isAll = last === undefined || pictures.length < PAGE;
    const place = isAll ? null : { revisionId: last.revisionId, index: last.index };
    so = { pictures: so.pictures + pictures.length, notes: so.notes + notes, place };
    progress(so);
    if (isAll) break;
  }
  return so;
}

/** One bounded step of the upkeep; how many notes are judged again. A change meanwhile starts over afterwards. */
export async function lookAgainWhenGrown(
  deps: LookAgainDeps & { readonly log: Log },
  lookBackDays: number,
  signal: AbortSignal,
): Promise<number> {
  const { version, lookedUp, target, place } = await deps.lookUps.progress();
  if (lookedUp >= version) return 0;
  const aim = place === null ? version : (target ?? version);
  const since = deps.clock.now() - lookBackDays * DAY_MS;
  const order = { since, after: place, mostPages: MOST_PAGES, actor: SYSTEM };
  const { pictures, notes, place: reached } = await lookAgain(deps, order, signal);
  const isDone = reached === null;
  await deps.lookUps.keep({ lookedUp: isDone ? aim : lookedUp, target: isDone ? null : aim, place: reached });
  if (notes > 0) deps.log.info('notes judged again for a known picture', { pictures, notes, version: aim });
  return notes;
}
