/** People, keys, sessions. */
import type { CategoryId } from '../categories.js';
import { type Desk, type LanguageTag, MINUTE_MS, type RegionId } from '../domain.js';

export const SCOPES = [
  'notes:write',
  'notes:read',
  'notes:erase',
  'moderations',
  'webhooks',
  'appeals',
  'reports',
] as const;
export type Scope = (typeof SCOPES)[number];
export const ROLES = ['reviewer', 'senior', 'policy_author', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  readonly keyId: string;
  readonly sourceId: string;
  readonly sourceName: string;
  readonly scopes: readonly Scope[];
  readonly label: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}
export interface User {
  readonly userId: string;
  readonly login: string;
  readonly role: Role;
  readonly disabled: boolean;
}
/** Which cases of the queue a person sees; null means all. */
export interface Rights {
  readonly languages: readonly LanguageTag[] | null;
  readonly regions: readonly RegionId[] | null;
  readonly categories: readonly CategoryId[] | null;
  readonly desks: readonly Desk[];
}
export interface Session {
  readonly user: User;
  readonly csrfToken: string;
  readonly expiresAt: string;
}
export type Actor = { readonly kind: 'key' | 'user' | 'system'; readonly id: string };

/** Failures of a login are counted over this time. */
export const SIGN_IN_WINDOW_MS = 15 * MINUTE_MS;
/** Stands where a password hash would, for people who sign in by OpenID Connect; no password fits it. */
export const NO_PASSWORD = '-';

export interface AccessStore {
  /** Creates the source when there is none of that name. `secretHash` is SHA-256 hex of the key's secret part. */
  createKey(
    input: {
      readonly sourceName: string;
      readonly label: string;
      readonly scopes: readonly Scope[];
      readonly secretHash: string;
      readonly expiresAt: string | null;
    },
    now: number,
    /** For the audit; unset: the set-up of the installation. */
    actor?: Actor,
  ): Promise<ApiKey>;
  /** By the public half of the key; the caller compares hashes in constant time. */
  findKey(keyId: string): Promise<(ApiKey & { readonly secretHash: string }) | null>;
  listKeys(): Promise<readonly ApiKey[]>;
  revokeKey(keyId: string, actor: Actor, now: number): Promise<boolean>;
  createUser(
    input: {
      readonly login: string;
      readonly passwordHash: string;
      readonly role: Role;
      /** Unset: everything on the general desk. */
      readonly rights?: Rights | undefined;
    },
    now: number,
    actor?: Actor,
  ): Promise<User>;
  findUser(login: string): Promise<(User & { readonly passwordHash: string }) | null>;
  listUsers(): Promise<readonly User[]>;
  /** Also ends every session of the user. */
  setPassword(login: string, passwordHash: string, now: number): Promise<boolean>;
  /** Tokens are stored hashed. */
  createSession(
    input: {
      readonly userId: string;
      readonly tokenHash: string;
      readonly csrfToken: string;
      readonly absoluteMs: number;
    },
    now: number,
  ): Promise<Session>;
  findSession(tokenHash: string, idleMs: number, now: number): Promise<Session | null>;
  endSession(tokenHash: string): Promise<void>;
  recordSignIn(login: string, ok: boolean, now: number): Promise<{ readonly recentFailures: number }>;
}
