/** What a rule did: hits by day, shadow against real, what people decided about it. */
import type { PolicyStore, RuleDay, RuleOutcome, ShadowCount, ShadowSample } from '../../ports/policy.js';
import type { Database } from './database.js';

/** People's decisions that are looked through for one rule. */
const MOST_OUTCOMES = 50_000;

export function ruleFiguresWith(database: Database): Pick<PolicyStore, 'ruleDays' | 'shadowOf' | 'outcomesOf'> {
  return {
    ruleDays: (rule, since) =>
      database.repeatable<RuleDay>(
        `SELECT region, to_char(day, 'YYYY-MM-DD') AS day, mode, acted, hits, removals FROM policy_days
         WHERE rule = $1 AND day >= $2::date ORDER BY day, region, mode, acted`,
        [rule, since],
      ),
    async shadowOf(rule, since) {
      const counts = await database.repeatable<ShadowCount>(
        `SELECT region, would, real, sum(count)::int AS count FROM policy_shadow_days
         WHERE rule = $1 AND day >= $2::date GROUP BY region, would, real ORDER BY 4 DESC, 1, 2, 3`,
        [rule, since],
      );
      const samples = await database.repeatable<Omit<ShadowSample, 'at'> & { readonly at: Date }>(
        `SELECT note_id AS "noteId", region, would, real, at FROM policy_shadow_samples
         WHERE rule = $1 AND at >= $2::timestamptz ORDER BY at DESC, decision_id LIMIT 50`,
        [rule, since],
      );
      return { counts, samples: samples.map((row) => ({ ...row, at: row.at.toISOString() })) };
    },
    outcomesOf: (rule, since) =>
      database.repeatable<RuleOutcome>(
        `SELECT coalesce(n.language, 'und') AS language, h.action, count(*)::int AS count
         FROM (SELECT * FROM human_decisions WHERE created_at >= $2::timestamptz AND undone_at IS NULL
               ORDER BY created_at DESC LIMIT ${MOST_OUTCOMES}) h
         JOIN notes n ON n.id = h.note_id
         -- What the person decided about: the policy's word on the same content and some of the same regions.
         WHERE EXISTS (SELECT 1 FROM decisions d WHERE d.note_id = h.note_id AND d.revision_id = h.revision_id
           AND d.by_kind = 'policy' AND d.regions && h.regions
           AND d.rules @> jsonb_build_array(jsonb_build_object('rule', $1::text)))
         GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
        [rule, since],
      ),
  };
}
