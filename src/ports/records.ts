/** Overview, bundles, audit, upkeep. */
import type { Action, LanguageTag } from '../domain.js';
import type { Actor } from './access.js';
import type { Page } from './notes.js';

export interface Overview {
  readonly notes: { readonly accepted24h: number; readonly decided24h: number; readonly pending: number };
  readonly byAction: readonly { readonly action: Action; readonly count: number }[];
  readonly byLanguage: readonly { readonly language: LanguageTag; readonly count: number }[];
  readonly openCases: number;
}
export interface AuditEvent {
  readonly lane: string;
  readonly sequence: number;
  readonly at: string;
  readonly actor: Actor;
  readonly verb: string;
  readonly subject: string;
  /** Ids, hashes, categories and versions; never text. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
  readonly prevHash: string;
}
export interface AuditStore {
  append(
    event: {
      readonly actor: Actor;
      readonly verb: string;
      readonly subject: string;
      readonly detail: Readonly<Record<string, unknown>>;
    },
    now: number,
  ): Promise<void>;
  list(cursor: string | null, limit: number): Promise<Page<AuditEvent>>;
  /** Recomputes every link; names the first broken one of each lane. */
  verify(): Promise<{
    readonly checked: number;
    readonly broken: readonly { readonly lane: string; readonly sequence: number }[];
  }>;
}
export interface BundlesStore {
  /** Stores the bundle text under its hash when new. */
  put(hash: string, content: string, now: number): Promise<void>;
  get(hash: string): Promise<string | null>;
}
export interface UpkeepStore {
  /** Deletes expired rows in bounded batches; returns how many by table. */
  purge(now: number, batch: number): Promise<Readonly<Record<string, number>>>;
}
