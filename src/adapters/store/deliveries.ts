/** Deliveries of events: claimed by state, fenced by epoch, kept when dead so that they can be sent again. */
import { sha256Hex } from '../../domain/sha256.js';
import type { EventType } from '../../domain.js';
import type { Delivery, DueDelivery, KeyTaken, Redelivered, WebhooksStore } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import { cursorOf, pageOf, positionOf } from './cursor.js';
import type { Database } from './database.js';
import { isKeyHeld } from './idempotency.js';

/**
 * Endpoints take turns, so that the backlog of a slow one never keeps the others waiting: each is asked for its own
 * oldest, twice as many as wanted, since other takers may hold some.
 */
const TAKE_DUE = {
  name: 'deliveries_take_due',
  text: `WITH turns AS (
      SELECT d.id, d.next_attempt_at, row_number() OVER (PARTITION BY w.id ORDER BY d.next_attempt_at) AS turn
      FROM webhook_endpoints w CROSS JOIN LATERAL (
        SELECT id, next_attempt_at FROM deliveries
        WHERE endpoint_id = w.id AND next_attempt_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
        ORDER BY next_attempt_at LIMIT $1 * 2) d
      WHERE w.status = 'active'),
    due AS (
      SELECT d.id FROM deliveries d JOIN turns t ON t.id = d.id
      WHERE d.state = 'due' AND (d.lease_until IS NULL OR d.lease_until <= $3)
      ORDER BY t.turn, t.next_attempt_at LIMIT $1 FOR UPDATE OF d SKIP LOCKED)
    UPDATE deliveries d SET lease_until = $2, epoch = d.epoch + 1
    FROM due, webhook_endpoints w, events e
    WHERE d.id = due.id AND w.id = d.endpoint_id AND e.id = d.event_id
    RETURNING d.id, d.endpoint_id, w.url, w.secret, CASE WHEN w.previous_until > $3 THEN w.previous_secret END AS previous,
      d.event_id, e.body, d.attempts, d.epoch`,
};
const RECORD = {
  name: 'deliveries_record',
  text: `WITH done AS (
      UPDATE deliveries SET attempts = attempts + 1, last_status = $4, last_error = $5, lease_until = NULL,
        next_attempt_at = $7, state = CASE WHEN $3 THEN 'delivered' WHEN $7::timestamptz IS NULL THEN 'dead' ELSE 'due' END
      WHERE id = $1 AND epoch = $2 AND state = 'due' AND lease_until IS NOT NULL RETURNING id, source_id, endpoint_id),
    off AS (UPDATE webhook_endpoints w SET status = 'disabled' FROM done WHERE $9 AND w.id = done.endpoint_id)
    INSERT INTO delivery_attempts (source_id, delivery_id, at, ok, status, error, latency_ms)
    SELECT source_id, id, $8, $3, $4, $5, $6 FROM done`,
};

const REDELIVER = { name: 'redeliver_once', text: 'SELECT redeliver_once($1::jsonb) AS result' };

interface DueRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly url: string;
  readonly secret: string;
  readonly previous: string | null;
  readonly event_id: string;
  readonly body: string;
  readonly attempts: number;
  readonly epoch: number;
}
interface DeliveryRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly state: Delivery['status'];
  readonly attempts: number;
  readonly next_attempt_at: Date | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: Date;
}

/** An answer's text is kept only as far as a person needs it. */
const ERROR_CHARS = 500;

type Deliveries = Pick<WebhooksStore, 'deliveries' | 'redeliver' | 'sendTest' | 'takeDue' | 'recordAttempt'>;

export function deliveriesWith(database: Database, ids: Ids, keySeconds: number): Deliveries {
  return {
    async deliveries(sourceId, filter, cursor, limit) {
      const after = positionOf('deliveries', cursor);
      const rows = await database.repeatable<DeliveryRow>(
        `SELECT id, endpoint_id, event_id, event_type, state, attempts, next_attempt_at, last_status, last_error, created_at
         FROM deliveries
         WHERE source_id = $1 AND ($2::text IS NULL OR endpoint_id = $2) AND ($3::text IS NULL OR state = $3)
           AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5))
         ORDER BY created_at DESC, id DESC LIMIT $6`,
        [sourceId, filter.endpointId ?? null, filter.status ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
      );
      return pageOf(rows, limit, deliveryOf, (row) => cursorOf('deliveries', row.created_at, row.id));
    },
    async redeliver(sourceId, filter, idempotency, now) {
      // Without a key of the caller's it has one of its own, for an answer that is lost with the connection.
      const { key, fingerprint } = idempotency ?? { key: ids.secret(16), fingerprint: '' };
      const order = JSON.stringify({ ...filter, sourceId, keyHash: sha256Hex(key), fingerprint, keySeconds, now });
      const [row] = await database
        .repeatable<{ result: Redelivered | KeyTaken }>(REDELIVER, [order])
        .catch((error: unknown) => {
          if (idempotency !== null && isKeyHeld(error)) return [];
          throw error;
        });
      return row?.result ?? { kind: 'key_in_progress' };
    },
    async sendTest(sourceId, endpointId, now) {
      const [row] = await database.repeatable<{ id: string }>(
        `WITH endpoint AS (SELECT id FROM webhook_endpoints WHERE source_id = $1 AND id = $2),
           event AS (INSERT INTO events (id, source_id, type, body, created_at)
             SELECT $3, $1, 'endpoint.test',
               json_build_object('type', 'endpoint.test', 'timestamp', iso($5), 'data', json_build_object('endpointId', id))::text, $5
             FROM endpoint ON CONFLICT DO NOTHING)
         INSERT INTO deliveries (id, source_id, endpoint_id, event_id, event_type, state, next_attempt_at, created_at)
         SELECT $4, $1, id, $3, 'endpoint.test', 'due', $5, $5 FROM endpoint
         ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING id`,
        [sourceId, endpointId, ids.next('evt'), ids.next('dlv'), new Date(now)],
      );
      return row?.id ?? null;
    },
    async takeDue(limit, leaseMs, now) {
      const rows = await database.rows<DueRow>(TAKE_DUE, [limit, new Date(now + leaseMs), new Date(now)]);
      return rows.map(dueOf);
    },
    async recordAttempt(delivery, attempt, now) {
      await database.repeatable(RECORD, [
        delivery.deliveryId,
        delivery.epoch,
        attempt.ok,
        attempt.status,
        attempt.error?.replaceAll('\0', '').slice(0, ERROR_CHARS) ?? null,
        Math.round(attempt.latencyMs),
        attempt.ok || attempt.nextAttemptAt === null ? null : new Date(attempt.nextAttemptAt),
        new Date(now),
        attempt.disableEndpoint,
      ]);
    },
  };
}

const dueOf = (row: DueRow): DueDelivery => ({
  deliveryId: row.id,
  endpointId: row.endpoint_id,
  url: row.url,
  secrets: row.previous === null ? [row.secret] : [row.secret, row.previous],
  eventId: row.event_id,
  body: row.body,
  attempts: row.attempts,
  epoch: row.epoch,
});

const deliveryOf = (row: DeliveryRow): Delivery => ({
  deliveryId: row.id,
  endpointId: row.endpoint_id,
  eventId: row.event_id,
  eventType: row.event_type as EventType,
  status: row.state,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  lastStatus: row.last_status,
  lastError: row.last_error,
  createdAt: row.created_at.toISOString(),
});
