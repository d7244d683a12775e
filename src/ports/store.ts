/**
 * The store port: Postgres is the only truth. Grouped by noun; every method that touches
 * a source's rows takes its id. Methods throw UnavailableError when the database is away.
 */
import type { Author } from '../domain.js';
import type { CampaignStore } from '../ports.js';
import type { AccessStore } from './access.js';
import type { HoldsStore } from './holds.js';
import type { NotesStore } from './notes.js';
import type { OpinionsStore } from './opinions.js';
import type { ImagesStore } from './pictures.js';
import type { AuditStore, BundlesStore, Overview, UpkeepStore } from './records.js';
import type { WebhooksStore } from './webhooks.js';
import type { WorkStore } from './work.js';

export * from './access.js';
export * from './holds.js';
export * from './notes.js';
export * from './pictures.js';
export * from './records.js';
export * from './webhooks.js';
export * from './work.js';

export interface Store {
  readonly images: ImagesStore;
  readonly opinions: OpinionsStore;
  readonly notes: NotesStore;
  readonly holds: HoldsStore;
  readonly work: WorkStore;
  readonly webhooks: WebhooksStore;
  readonly access: AccessStore;
  readonly audit: AuditStore;
  readonly bundles: BundlesStore;
  readonly campaigns: CampaignStore;
  readonly upkeep: UpkeepStore;
  overview(now: number): Promise<Overview>;
  /** Rejects also where the database takes no writes, as a standby. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type { Author };
