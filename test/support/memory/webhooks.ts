import { InvalidInputError } from '../../../src/errors.js';
import { type Delivery, type Endpoint, MOST_ENDPOINTS, type WebhooksStore } from '../../../src/ports/store.js';
import { pageOf } from './page.js';
import { addDelivery, type DeliveryRow, type EndpointRow, iso, newId, type Tables } from './rows.js';

const endpointOf = ({ secrets: _, sourceId: __, ...endpoint }: EndpointRow): Endpoint => ({ ...endpoint });
const deliveryOf = (row: DeliveryRow): Delivery => ({
  deliveryId: row.deliveryId,
  endpointId: row.endpointId,
  eventId: row.eventId,
  eventType: row.eventType,
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.nextAttemptAt === null ? null : iso(row.nextAttemptAt),
  lastStatus: row.lastStatus,
  lastError: row.lastError,
  createdAt: row.createdAt,
});

export function memoryWebhooks(tables: Tables, check: () => Promise<void>): WebhooksStore {
  const own = (sourceId: string, endpointId: string): EndpointRow | null => {
    const endpoint = tables.endpoints.get(endpointId);
    return endpoint?.sourceId === sourceId ? endpoint : null;
  };
  return {
    create: async (sourceId, { secret, ...input }, now) => {
      await check();
      const had = [...tables.endpoints.values()].filter((row) => row.sourceId === sourceId).length;
      if (had >= MOST_ENDPOINTS) throw new InvalidInputError('conflict', 'as many endpoints as there may be');
      const endpointId = newId(tables, 'whe');
      const row: EndpointRow = {
        endpointId,
        sourceId,
        ...input,
        status: 'active',
        createdAt: iso(now),
        secrets: [secret],
      };
      tables.endpoints.set(endpointId, row);
      return endpointOf(row);
    },
    list: async (sourceId) => {
      await check();
      return [...tables.endpoints.values()].filter((row) => row.sourceId === sourceId).map(endpointOf);
    },
    update: async (sourceId, endpointId, change) => {
      await check();
      const row = own(sourceId, endpointId);
      if (row === null) return null;
      const { rotateTo, ...named } = change;
      const secrets = rotateTo === undefined ? row.secrets : [rotateTo, ...row.secrets].slice(0, 2);
      const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
      const next: EndpointRow = { ...row, ...given, secrets };
      tables.endpoints.set(endpointId, next);
      return endpointOf(next);
    },
    remove: async (sourceId, endpointId) => {
      await check();
      return own(sourceId, endpointId) !== null && tables.endpoints.delete(endpointId);
    },
    deliveries: async (sourceId, filter, cursor, limit) => {
      await check();
      const rows = [...tables.deliveries.values()].filter(
        (row) =>
          row.sourceId === sourceId &&
          (filter.endpointId === undefined || row.endpointId === filter.endpointId) &&
          (filter.status === undefined || row.status === filter.status),
      );
      return pageOf(rows, cursor, limit, { id: (row) => row.deliveryId, item: deliveryOf });
    },
    redeliver: async (sourceId, filter, idempotency, now) => {
      await check();
      const key = idempotency === null ? null : `${sourceId} ${idempotency.key}`;
      const known = key === null ? undefined : tables.redelivered.get(key);
      if (known !== undefined) {
        const isSame = known.fingerprint === idempotency?.fingerprint;
        return isSame ? { kind: 'replayed', redelivered: known.redelivered } : { kind: 'key_reused' };
      }
      const rows = [...tables.deliveries.values()].filter(
        (row) =>
          row.sourceId === sourceId &&
          (filter.deliveryId === undefined || row.deliveryId === filter.deliveryId) &&
          (filter.endpointId === undefined || row.endpointId === filter.endpointId) &&
          (filter.status === undefined || row.status === filter.status) &&
          (filter.since === undefined || row.createdAt >= filter.since) &&
          (row.status === 'dead' || filter.deliveryId !== undefined),
      );
      for (const row of rows) Object.assign(row, { status: 'due', attempts: 0, nextAttemptAt: now });
      const redelivered = rows.length;
      if (key !== null) tables.redelivered.set(key, { fingerprint: idempotency?.fingerprint ?? '', redelivered });
      return { kind: 'redelivered', redelivered };
    },
    sendTest: async (sourceId, endpointId, now) => {
      await check();
      const endpoint = own(sourceId, endpointId);
      return endpoint === null ? null : addDelivery(tables, endpoint, 'endpoint.test', { endpointId }, now);
    },
    takeDue: async (limit, leaseMs, now) => {
      await check();
      const rows = [...tables.deliveries.values()].filter(
        (row) =>
          row.status === 'due' &&
          row.nextAttemptAt !== null &&
          row.nextAttemptAt <= now &&
          (row.leaseUntil === null || row.leaseUntil <= now) &&
          tables.endpoints.get(row.endpointId)?.status === 'active',
      );
      return rows.slice(0, limit).map((row) => {
        row.epoch += 1;
        row.leaseUntil = now + leaseMs;
        const endpoint = tables.endpoints.get(row.endpointId);
        const { deliveryId, endpointId, eventId, body, attempts, epoch } = row;
        return {
          deliveryId,
          endpointId,
          eventId,
          body,
          attempts,
          epoch,
          url: endpoint?.url ?? '',
          secrets: endpoint?.secrets ?? [],
        };
      });
    },
    recordAttempt: async (delivery, attempt) => {
      await check();
      const row = tables.deliveries.get(delivery.deliveryId);
      if (row === undefined || row.epoch !== delivery.epoch) return;
      row.attempts += 1;
      row.leaseUntil = null;
      row.nextAttemptAt = attempt.nextAttemptAt;
      row.lastStatus = attempt.status;
      row.lastError = attempt.error;
      row.status = attempt.ok ? 'delivered' : attempt.nextAttemptAt === null ? 'dead' : 'due';
      const endpoint = tables.endpoints.get(row.endpointId);
      if (attempt.disableEndpoint && endpoint !== undefined) endpoint.status = 'disabled';
    },
  };
}
