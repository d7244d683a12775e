/**
 * The store port: Postgres is the only truth. Grouped by noun; every method that touches
 * a source's rows takes its id. Methods throw UnavailableError when the database is away.
 */
import type { Author } from './domain.js';
import type { AccessStore } from './ports/access.js';
import type { NotesStore } from './ports/notes.js';
import type { ImagesStore } from './ports/pictures.js';
import type { AuditStore, BanksStore, BundlesStore, Overview, UpkeepStore } from './ports/records.js';
import type { WebhooksStore } from './ports/webhooks.js';
import type { WorkStore } from './ports/work.js';
import type { CampaignStore } from './ports.js';
import type { OpinionsStore } from './ports-opinions.js';

export * from './ports/access.js';
export * from './ports/notes.js';
export * from './ports/pictures.js';
export * from './ports/records.js';
export * from './ports/webhooks.js';
export * from './ports/work.js';

export interface Store {
  readonly images: ImagesStore;
  readonly opinions: OpinionsStore;
  readonly notes: NotesStore;
  readonly work: WorkStore;
  readonly webhooks: WebhooksStore;
  readonly access: AccessStore;
  readonly audit: AuditStore;
  readonly bundles: BundlesStore;
  readonly banks: BanksStore;
  readonly campaigns: CampaignStore;
  readonly upkeep: UpkeepStore;
  overview(now: number): Promise<Overview>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type { Author };
