/** What tests 1 to 13 count: nothing lost, nothing decided twice, no other verdict than in a calm run. */
import { connect } from '../../../src/adapters/postgres.js';
import { until } from '../../support/until.js';
import type { Receiver } from './receiver.js';
import { type Sent, sendOne, type Target } from './traffic.js';

export interface Ledger {
  readonly submitted: number;
  readonly acknowledged: number;
  readonly decided: number;
  readonly lost: number;
  readonly doubleNotes: number;
  readonly duplicateDecisions: number;
  readonly duplicateEvents: number;
  readonly twoBodies: number;
  readonly wrongVerdicts: number;
  /** Longest time from accepted to decided. */
  readonly longestGapMs: number;
}
interface Row {
  readonly external_id: string;
  readonly notes: number;
  readonly decided: boolean;
  readonly most: number;
  readonly events: number;
  readonly verdict: string;
  readonly ms: number | null;
}

/** One line a note: how many note rows, decisions of the policy per region, events, and the verdict by region. */
const LINES = `SELECT n.external_id, count(*) OVER (PARTITION BY n.external_id)::int AS notes,
    n.state IN ('decided', 'held') AS decided,
    coalesce((SELECT max(c) FROM (SELECT count(*)::int AS c FROM decisions d, unnest(d.regions) r
      WHERE d.note_id = n.id AND d.by_kind = 'policy' GROUP BY d.revision, r) x), 0) AS most,
    (SELECT count(*)::int FROM events e WHERE e.note_id = n.id AND e.type = 'note.decided') AS events,
    coalesce((SELECT string_agg(r || '=' || d.action, ' ' ORDER BY r) FROM decisions d, unnest(d.regions) r
      WHERE d.note_id = n.id AND d.superseded_by IS NULL), '') AS verdict,
    extract(epoch FROM n.decided_at - n.created_at)::float8 * 1000 AS ms
  FROM notes n WHERE n.external_id = ANY ($1)`;

/** Waits until nothing is due, asks for the calm verdicts, and counts. */
export async function settle(
  databaseUrl: string,
  target: Target,
  sent: readonly Sent[],
  options: { readonly withinMs: number; readonly receiver?: Receiver },
): Promise<Ledger> {
  const calm = `calm-${sent[0]?.externalId ?? ''}`;
  await sendOne(target, `${calm}-plain`, false, options.withinMs);
  await sendOne(target, `${calm}-hot`, true, options.withinMs);
  const names = [...sent.map(({ externalId }) => externalId), `${calm}-plain`, `${calm}-hot`];
  const rows = await until(async () => {
    const found = await ask(databaseUrl, names);
    return found?.every((row) => row.decided) === true ? found : null;
  }, options.withinMs).catch(async () => (await ask(databaseUrl, names)) ?? []);
  const byId = new Map(rows.map((row) => [row.external_id, row]));
  const verdictOf = (isHot: boolean): string => byId.get(`${calm}-${isHot ? 'hot' : 'plain'}`)?.verdict ?? 'none';
  const mine = sent.flatMap((one) => byId.get(one.externalId) ?? []);
  return {
    submitted: sent.length,
    acknowledged: sent.filter((one) => one.isAcknowledged).length,
    decided: mine.filter((row) => row.decided).length,
    lost: sent.filter((one) => one.isAcknowledged && byId.get(one.externalId)?.decided !== true).length,
    doubleNotes: mine.filter((row) => row.notes > 1).length,
    duplicateDecisions: mine.filter((row) => row.most > 1).length,
    duplicateEvents: mine.filter((row) => row.events > 1).length,
    twoBodies: options.receiver?.twoBodies() ?? 0,
    wrongVerdicts: sent.filter((one) => {
      const row = byId.get(one.externalId);
      return row?.decided === true && row.verdict !== verdictOf(one.isHot);
    }).length,
    longestGapMs: Math.round(Math.max(0, ...mine.map((row) => row.ms ?? 0))),
  };
}

/** Null while the server is away. */
async function ask(databaseUrl: string, names: readonly string[]): Promise<readonly Row[] | null> {
  try {
    const connection = await connect(databaseUrl);
    try {
      return (await connection.query<Row>(LINES, [names])).rows;
    } finally {
      await connection.end();
    }
  } catch {
    return null;
  }
}

export const holdsOf = (ledger: Ledger): Readonly<Record<string, boolean>> => ({
  'nothing lost': ledger.lost === 0,
  'no note twice': ledger.doubleNotes === 0,
  'no decision twice': ledger.duplicateDecisions === 0 && ledger.duplicateEvents === 0,
  'no id with two bodies': ledger.twoBodies === 0,
  'no wrong verdict': ledger.wrongVerdicts === 0,
  'something was decided': ledger.decided > 0,
});

export const lineOf = (ledger: Ledger): string =>
  `${ledger.submitted} sent, ${ledger.acknowledged} acknowledged, ${ledger.decided} decided, lost ${ledger.lost}, ` +
  `twice ${ledger.duplicateDecisions + ledger.duplicateEvents + ledger.doubleNotes}, two bodies ${ledger.twoBodies}, ` +
  `wrong ${ledger.wrongVerdicts}, longest gap ${ledger.longestGapMs} ms`;
