/** A stored revision as a backtest sees it. */
import type { Action, RegionId } from '../../domain.js';
import type { PastNote } from '../../policy/backtest.js';
import type { JudgedRevision } from '../../ports/store.js';
import { factsOf } from '../moderate.js';
import { partsOf } from '../note-texts.js';

function lastOf(entries: readonly { readonly regions: readonly RegionId[]; readonly action: Action }[]) {
  return new Map(entries.flatMap(({ regions, action }) => regions.map((region) => [region, action] as const)));
}

/** Judged as of the time of its decision, so that ages and deadlines are what they were. */
export function pastNote(row: JudgedRevision, allRegions: readonly RegionId[]): PastNote {
  const { note, evidence } = row;
  const past = lastOf(row.decisions);
  const regions = note.regions.length > 0 ? note.regions : past.size > 0 ? [...past.keys()] : allRegions;
  const facts = factsOf(note, regions, Date.parse(row.decidedAt), Date.parse(row.acceptedAt));
  return {
    id: row.revisionId,
    noteId: row.noteId,
    language: row.language ?? 'und',
    input: { facts, evidence, texts: partsOf(note, evidence) },
    regions,
    past,
    human: lastOf(row.human),
  };
}
