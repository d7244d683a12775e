/** People, their views and settings; the audit and the figures that they read. */
import type { Action } from '../domain.js';
import type { Actor, Rights, Role, User } from './store.js';

export interface PersonRow extends User {
  readonly rights: Rights;
  readonly signInBy: 'password' | 'openid';
  readonly createdAt: string;
}
export interface SavedFilter {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly createdAt: string;
}
export interface AuditFilter {
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  readonly verb?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}
export interface Statistics {
  readonly from: string;
  readonly to: string;
  readonly bucketHours: number;
  readonly backlog: {
    readonly open: number;
    readonly unclaimed: number;
    readonly overdue: number;
    readonly oldestOpenedAt: string | null;
    readonly byDesk: readonly { readonly desk: string; readonly count: number }[];
  };
  readonly clocks: {
    readonly met: number;
    readonly missed: number;
    readonly medianMinutes: number | null;
    readonly byRegion: readonly { readonly region: string; readonly met: number; readonly missed: number }[];
  };
  readonly volume: {
    readonly total: readonly { readonly at: string; readonly decided: number }[];
    readonly byLanguage: readonly { readonly at: string; readonly language: string; readonly count: number }[];
    readonly byRegion: readonly { readonly at: string; readonly region: string; readonly count: number }[];
    readonly byAction: readonly { readonly at: string; readonly action: Action; readonly count: number }[];
  };
  readonly people: {
    readonly decided: readonly { readonly at: string; readonly count: number; readonly persons: number }[];
    readonly medianSeconds: number | null;
    readonly undone: number;
  };
  readonly appeals: {
    readonly open: number;
    readonly upheld: number;
    readonly overturned: number;
    readonly other: number;
  };
  readonly reports: { readonly open: number; readonly actioned: number; readonly noAction: number };
  readonly limited: boolean;
}
export interface PeopleStore {
  person(userId: string): Promise<PersonRow | null>;
  people(): Promise<readonly PersonRow[]>;
  /**
   * Role, state and rights; ends the sessions of who is disabled or has another role, and gives back what the disabled hold.
   * `last_admin`: refused.
   */
  change(
    userId: string,
    change: {
      readonly role?: Role | undefined;
      readonly disabled?: boolean | undefined;
      readonly rights?: Rights | undefined;
    },
    actor: Actor,
    now: number,
  ): Promise<PersonRow | 'last_admin' | null>;
  setPasswordOf(userId: string, passwordHash: string, actor: Actor, now: number): Promise<boolean>;
  /** By the subject of the issuer; creates or updates login and role. Null: disabled here, or the login is taken. */
  upsertOpenId(
    input: { readonly subject: string; readonly login: string; readonly role: Role },
    now: number,
  ): Promise<PersonRow | null>;
  savedFilters(userId: string): Promise<readonly SavedFilter[]>;
  /** Null: the person has a view of this name already. */
  saveFilter(
    userId: string,
    input: { readonly name: string; readonly query: string },
    now: number,
  ): Promise<SavedFilter | null>;
  removeFilter(userId: string, id: string): Promise<boolean>;
  preferences(userId: string): Promise<Readonly<Record<string, string | number | boolean>>>;
  setPreferences(userId: string, preferences: Readonly<Record<string, string | number | boolean>>): Promise<void>;
}
