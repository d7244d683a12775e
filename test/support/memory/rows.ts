/** The tables of the in-memory store: plain maps, values copied in and out as JSON, as a database would. */

import { hash } from 'node:crypto';
import { type EventType, type Note, type NoteStatus, saysSomething } from '../../../src/domain.js';
import type { Claim, Delivery, Endpoint, ModerationRecord, StoredDecision } from '../../../src/ports/store.js';
import type { CampaignStore } from '../../../src/ports.js';

export interface RevisionRow {
  readonly revisionId: string;
  readonly revision: number;
  readonly contentHash: string;
  note: Note | null;
  readonly repaired: boolean;
  status: NoteStatus;
  readonly acceptedAt: number;
  decidedAt: number | null;
  record: ModerationRecord | null;
  epoch: number;
  leaseUntil: number | null;
  nudgedAt: number | null;
  runs: number;
  crashes: number;
}
export interface NoteRecord {
  readonly noteId: string;
  readonly sourceId: string;
  readonly externalId: string;
  authorId: string | null;
  /** Everybody whom it was sent for. */
  readonly authors: Set<string>;
  readonly createdAt: number;
  /** Raised by one with every event about the note. */
  sequence: number;
  readonly revisions: RevisionRow[];
  readonly decisions: StoredDecision[];
  erased: boolean;
}
export interface EndpointRow extends Omit<Endpoint, 'status'> {
  readonly sourceId: string;
  status: Endpoint['status'];
  secrets: string[];
}
export interface DeliveryRow
  extends Omit<Delivery, 'status' | 'attempts' | 'nextAttemptAt' | 'lastStatus' | 'lastError'> {
  readonly sourceId: string;
  readonly body: string;
  status: Delivery['status'];
  attempts: number;
  nextAttemptAt: number | null;
  leaseUntil: number | null;
  lastStatus: number | null;
  lastError: string | null;
  epoch: number;
}

export type SignatureRow = Parameters<CampaignStore['record']>[0];

export interface Tables {
  readonly notes: Map<string, NoteRecord>;
  readonly idempotency: Map<
    string,
    { readonly fingerprint: string; readonly noteId: string; readonly revisionId: string; readonly revision: number }
  >;
  readonly redelivered: Map<string, { readonly fingerprint: string; readonly redelivered: number }>;
  /** By revision. */
  readonly signatures: Map<string, SignatureRow>;
  readonly endpoints: Map<string, EndpointRow>;
  readonly deliveries: Map<string, DeliveryRow>;
  /** Raised by every row made; ids sort by it. */
  counter: number;
  policyVersion: number;
}

export const emptyTables = (): Tables => ({
  notes: new Map(),
  idempotency: new Map(),
  redelivered: new Map(),
  signatures: new Map(),
  endpoints: new Map(),
  deliveries: new Map(),
  counter: 0,
  policyVersion: 0,
});

/** SHA-256 over title, line feed and body; null where there is no text. */
export const textHashOf = ({ note }: Pick<RevisionRow, 'note'>): string | null =>
  note === null || !saysSomething(note) ? null : hash('sha256', `${note.title}\n${note.body}`, 'hex');

export function newId(tables: Tables, prefix: string): string {
  tables.counter += 1;
  return `${prefix}_${String(tables.counter).padStart(8, '0')}`;
}

/** What a database does to a value: no shared references, no `undefined`. */
export const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
export const iso = (ms: number): string => new Date(ms).toISOString();

export function emit(tables: Tables, sourceId: string, type: EventType, payload: object, now: number): void {
  for (const endpoint of tables.endpoints.values()) {
    if (endpoint.sourceId !== sourceId || endpoint.status === 'disabled' || !endpoint.events.includes(type)) continue;
    addDelivery(tables, endpoint, type, payload, now);
  }
}

export function addDelivery(
  tables: Tables,
  endpoint: EndpointRow,
  type: EventType,
  payload: object,
  now: number,
): string {
  const eventId = newId(tables, 'evt');
  const deliveryId = newId(tables, 'dlv');
  tables.deliveries.set(deliveryId, {
    deliveryId,
    endpointId: endpoint.endpointId,
    sourceId: endpoint.sourceId,
    eventId,
    eventType: type,
    body: JSON.stringify({ type, timestamp: iso(now), data: payload }),
    status: 'due',
    attempts: 0,
    nextAttemptAt: now,
    leaseUntil: null,
    lastStatus: null,
    lastError: null,
    createdAt: iso(now),
    epoch: 0,
  });
  return deliveryId;
}

export const latest = (note: NoteRecord): RevisionRow => {
  const last = note.revisions.at(-1);
  if (last === undefined) throw new Error('a note without a revision');
  return last;
};

export const claimOf = (note: NoteRecord, row: RevisionRow, content: Note, policyVersion: number): Claim => ({
  revisionId: row.revisionId,
  noteId: note.noteId,
  sourceId: note.sourceId,
  revision: row.revision,
  note: content,
  repaired: row.repaired,
  acceptedAt: row.acceptedAt,
  epoch: row.epoch,
  crashes: row.crashes,
  policyVersion,
});
