/** The switches that take a safeguard away, so that the run can show that it would notice. */
import { connect } from '../../../src/adapters/postgres.js';

/** A sweeper that never comes: its pause is longer than any row. */
export const NO_SWEEP = { SWEEP_MS: '600000' };

/** A result is stored whatever its epoch and whatever was stored before. */
export async function breakFence(databaseUrl: string): Promise<void> {
  const connection = await connect(databaseUrl);
  try {
    const { rows } = await connection.query<{ text: string }>(
      "SELECT pg_get_functiondef('complete_work(jsonb)'::regprocedure) AS text",
    );
    const text = rows[0]?.text ?? '';
    const guard = /IF (?:v_rev\.epoch IS DISTINCT FROM|EXISTS \(SELECT 1 FROM evidence|v_rev\.state <> 'due')/gu;
    const found = text.match(guard)?.length ?? 0;
    if (found !== 3) throw new Error(`complete_work has ${found} of the three guards that this switch removes`);
    await connection.query(text.replace(guard, (found_) => found_.replace('IF ', 'IF false AND ')));
  } finally {
    await connection.end();
  }
}
