/** Endpoints and deliveries. */
import type { EventType } from '../domain.js';
import type { Idempotency, KeyTaken, Page } from './notes.js';

export interface Endpoint {
  readonly endpointId: string;
  readonly url: string;
  readonly events: readonly EventType[];
  readonly status: 'active' | 'paused' | 'disabled';
  readonly createdAt: string;
  readonly description: string;
}
export interface Delivery {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: EventType;
  readonly status: 'due' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly createdAt: string;
}
export interface DueDelivery {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly url: string;
  /** Newest first; all sign while a rotation overlaps. */
  readonly secrets: readonly string[];
  /** Sent as webhook-id: the same for every attempt and redelivery. */
  readonly eventId: string;
  /** The exact bytes that are signed and sent. */
  readonly body: string;
  readonly attempts: number;
  readonly epoch: number;
}
export interface Attempt {
  readonly ok: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly latencyMs: number;
  /** Null: do not try again (delivered or dead). */
  readonly nextAttemptAt: number | null;
  readonly disableEndpoint: boolean;
}
export interface Redelivered {
  readonly kind: 'redelivered' | 'replayed';
  /** How many are sent again, or were by the first request with the key. */
  readonly redelivered: number;
}
/** What is not named stays; other events count from the next one on. */
export interface EndpointChange {
  readonly status?: Endpoint['status'] | undefined;
  readonly rotateTo?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly EventType[] | undefined;
  readonly description?: string | undefined;
}
/** Of one platform: every event is stored and sent once for each. */
export const MOST_ENDPOINTS = 50;

export interface WebhooksStore {
  /** `conflict` when the platform has as many as it may. */
  create(
    sourceId: string,
    input: {
      readonly url: string;
      readonly events: readonly EventType[];
      readonly description: string;
      readonly secret: string;
    },
    now: number,
  ): Promise<Endpoint>;
  list(sourceId: string): Promise<readonly Endpoint[]>;
  update(sourceId: string, endpointId: string, change: EndpointChange, now: number): Promise<Endpoint | null>;
  remove(sourceId: string, endpointId: string): Promise<boolean>;
  deliveries(
    sourceId: string,
    filter: { readonly endpointId?: string | undefined; readonly status?: Delivery['status'] | undefined },
    cursor: string | null,
    limit: number,
  ): Promise<Page<Delivery>>;
  redeliver(
    sourceId: string,
    filter: {
      readonly deliveryId?: string | undefined;
      readonly endpointId?: string | undefined;
      readonly status?: 'dead' | undefined;
      readonly since?: string | undefined;
    },
    idempotency: Idempotency | null,
    now: number,
  ): Promise<Redelivered | KeyTaken>;
  sendTest(sourceId: string, endpointId: string, now: number): Promise<string | null>;
  /** Claims due deliveries by state with SKIP LOCKED and a lease. */
  takeDue(limit: number, leaseMs: number, now: number): Promise<readonly DueDelivery[]>;
  recordAttempt(delivery: DueDelivery, attempt: Attempt, now: number): Promise<void>;
}
