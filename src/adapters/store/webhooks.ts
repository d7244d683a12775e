/** Endpoints of a source. Deliveries are in deliveries.ts. */
import { DAY_MS, type EventType } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { type Endpoint, MOST_ENDPOINTS, type WebhooksStore } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import type { Database } from './database.js';
import { deliveriesWith } from './deliveries.js';

interface EndpointRow {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly status: string;
  readonly description: string;
  readonly createdAt: Date;
}

/** Receivers get this long to learn a new secret; until then both sign. */
const OVERLAP_MS = DAY_MS;

export function webhooksWith(database: Database, ids: Ids, keySeconds: number): WebhooksStore {
  return {
    ...deliveriesWith(database, ids, keySeconds),
    async create(sourceId, input, now) {
      const id = ids.next('wh');
      const { url, description, secret } = input;
      const events = [...input.events];
      // Counted behind a lock, so that registrations at one moment do not all count the same.
      const [, [row]] = await database.models((client) =>
        client.$transaction([
          client.$executeRaw`SELECT id FROM sources WHERE id = ${sourceId} FOR NO KEY UPDATE`,
          client.$queryRaw<readonly EndpointRow[]>`
            INSERT INTO webhook_endpoints (id, source_id, url, events, description, status, secret, created_at)
            SELECT ${id}, ${sourceId}, ${url}, ${events}, ${description}, 'active', ${secret}, ${new Date(now)}
            WHERE (SELECT count(*) FROM webhook_endpoints WHERE source_id = ${sourceId}) < ${MOST_ENDPOINTS}
            RETURNING id, url, events, status, description, created_at AS "createdAt"`,
        ]),
      );
      if (row === undefined) {
        throw new InvalidInputError('conflict', `A platform may have ${MOST_ENDPOINTS} endpoints; remove one first.`);
      }
      return endpointOf(row);
    },
    async list(sourceId) {
      const rows = await database.models((client) =>
        client.webhookEndpoint.findMany({ where: { sourceId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
      );
      return rows.map(endpointOf);
    },
    async update(sourceId, endpointId, change, now) {
      // One statement, so that two rotations at once keep the secret that was in use.
      const [row] = await database.rows<EndpointRow>(
        `UPDATE webhook_endpoints SET status = coalesce($3, status),
           previous_secret = CASE WHEN $4::text IS NULL THEN previous_secret ELSE secret END,
           previous_until = CASE WHEN $4::text IS NULL THEN previous_until ELSE $5 END,
           secret = coalesce($4, secret), url = coalesce($6, url), events = coalesce($7::text[], events),
           description = coalesce($8, description)
         WHERE source_id = $1 AND id = $2
         RETURNING id, url, events, status, description, created_at AS "createdAt"`,
        [
          ...[sourceId, endpointId, change.status ?? null, change.rotateTo ?? null, new Date(now + OVERLAP_MS)],
          ...[change.url ?? null, change.events ?? null, change.description ?? null],
        ],
      );
      return row === undefined ? null : endpointOf(row);
    },
    async remove(sourceId, endpointId) {
      const known = await database.repeatable('SELECT id FROM webhook_endpoints WHERE source_id = $1 AND id = $2', [
        sourceId,
        endpointId,
      ]);
      // How many it removes tells nothing where the answer to the first try was lost.
      await database.repeatable(
        `WITH endpoint AS (DELETE FROM webhook_endpoints WHERE source_id = $1 AND id = $2 RETURNING id),
           gone AS (DELETE FROM deliveries d USING endpoint WHERE d.endpoint_id = endpoint.id RETURNING d.id),
           attempts AS (DELETE FROM delivery_attempts a USING gone WHERE a.delivery_id = gone.id)
         SELECT id FROM endpoint`,
        [sourceId, endpointId],
      );
      return known.length > 0;
    },
  };
}

const endpointOf = (row: EndpointRow): Endpoint => ({
  endpointId: row.id,
  url: row.url,
  events: row.events as readonly EventType[],
  status: row.status as Endpoint['status'],
  createdAt: row.createdAt.toISOString(),
  description: row.description,
});
