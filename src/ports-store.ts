/**
 * The store port: Postgres is the only truth. Grouped by noun; every method that touches
 * a source's rows takes its id. Methods throw UnavailableError when the database is away.
 */
import type {
  Action,
  Author,
  CaseTerms,
  Decision,
  EventType,
  Evidence,
  ImageReading,
  LanguageTag,
  Note,
  NoteStatus,
  RegionId,
} from './domain.js';
import type { ErrorCode } from './errors.js';
import type { CampaignStore } from './ports.js';
import type { OpinionsStore } from './ports-opinions.js';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

// ---- notes -----------------------------------------------------------------

export interface AcceptNote {
  readonly sourceId: string;
  readonly externalId: string;
  readonly note: Note;
  /** SHA-256 (hex) over the canonical form of everything that is moderated. */
  readonly contentHash: string;
  /** True when the edge replaced characters that cannot be stored. */
  readonly repaired: boolean;
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | null;
  readonly now: number;
  /** Bytes that came with the note, under the keys that its pictures name; written before the note is accepted. */
  readonly uploads?: readonly { readonly key: string; readonly bytes: Uint8Array }[] | undefined;
}

export type Accepted =
  | {
      readonly kind: 'created' | 'revised' | 'unchanged' | 'replayed';
      readonly noteId: string;
      readonly revisionId: string;
      readonly revision: number;
    }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'key_in_progress' };

export interface NoteView {
  readonly noteId: string;
  readonly externalId: string;
  readonly status: NoteStatus;
  readonly createdAt: string;
  readonly revisions: readonly RevisionView[];
  readonly decisions: readonly StoredDecision[];
}
export interface RevisionView {
  readonly revisionId: string;
  readonly revision: number;
  readonly contentHash: string;
  readonly status: NoteStatus;
  readonly acceptedAt: string;
  readonly decidedAt: string | null;
  readonly note: Note | null;
  readonly evidence: Evidence | null;
  readonly trace: unknown;
}
export interface StoredDecision extends Decision {
  readonly decisionId: string;
  readonly revision: number;
  /** Rises by one with every decision event of the note, over all revisions and regions. */
  readonly sequence: number;
  readonly by: { readonly kind: 'policy' | 'person'; readonly id: string };
  readonly bundleHash: string;
  /** What was in force beside the bundle: its overrides (`PolicyStore.atVersion`). Null: a person's, or before the first. */
  readonly policyVersion?: number | null;
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
  readonly createdAt: string;
}
export interface NoteRow {
  readonly noteId: string;
  readonly externalId: string;
  readonly status: NoteStatus;
  readonly revision: number;
  readonly authorId: string | null;
  readonly language: LanguageTag | null;
  readonly strongest: Action | null;
  readonly createdAt: string;
  readonly decidedAt: string | null;
  readonly title: string;
}
export interface NoteFilter {
  readonly externalId?: string | undefined;
  readonly authorId?: string | undefined;
  readonly textHash?: string | undefined;
  readonly action?: Action | undefined;
  readonly region?: RegionId | undefined;
  readonly language?: LanguageTag | undefined;
  readonly status?: NoteStatus | undefined;
}

/** A decided revision with what was known when it was judged, for judging it again under other rules. */
export interface JudgedRevision {
  readonly revisionId: string;
  readonly noteId: string;
  readonly sourceId: string;
  readonly revision: number;
  readonly note: Note;
  readonly acceptedAt: string;
  readonly decidedAt: string;
  readonly language: LanguageTag | null;
  readonly evidence: Evidence;
  /** What the policy decided, oldest first: the last one of a region is its answer. */
  readonly decisions: readonly { readonly regions: readonly RegionId[]; readonly action: Action }[];
  /** What people decided, oldest first. */
  readonly human: readonly { readonly regions: readonly RegionId[]; readonly action: Action }[];
}

export interface NotesStore {
  /** One transaction: idempotency row, author, note, revision and its work row. Commits before it returns. */
  accept(input: AcceptNote): Promise<Accepted>;
  /** Many at once with a result each, in order; one failing item never harms another. */
  acceptMany(
    inputs: readonly AcceptNote[],
  ): Promise<readonly (Accepted | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string })[]>;
  /** `sourceId` null means every source: only for people signed in with the right to see them. */
  get(sourceId: string | null, noteId: string): Promise<NoteView | null>;
  list(sourceId: string | null, filter: NoteFilter, cursor: string | null, limit: number): Promise<Page<NoteRow>>;
  /** Revisions decided at or after `since` whose text and evidence are still there, in the order of their ids. */
  judged(sourceId: string | null, since: number, cursor: string | null, limit: number): Promise<Page<JudgedRevision>>;
  /** Deletes text, images, evidence, hashes and payloads; keeps the audit. Null when unknown. */
  erase(
    sourceId: string | null,
    noteId: string,
    actor: Actor,
    now: number,
  ): Promise<{ readonly erased: boolean } | null>;
  eraseAuthor(
    sourceId: string,
    authorId: string,
    actor: Actor,
    now: number,
  ): Promise<{ readonly notes: number } | null>;
}

// ---- work: claim, fence, complete ---------------------------------------------

export interface Claim {
  readonly revisionId: string;
  readonly noteId: string;
  readonly sourceId: string;
  readonly revision: number;
  readonly note: Note;
  readonly repaired: boolean;
  readonly acceptedAt: number;
  /** Raised by one at every claim; a write with an older epoch matches no row. */
  readonly epoch: number;
  /** Claims that ended neither in a result nor in a hand-back: crashes. */
  readonly crashes: number;
}
export interface ModerationRecord {
  readonly evidence: Evidence;
  readonly evidenceVersion: string;
  readonly bundleHash: string;
  /** Of what was in force, overrides included. */
  readonly policyVersion?: number | undefined;
  readonly decisions: readonly Decision[];
  readonly pending: boolean;
  readonly language: LanguageTag | null;
  readonly trace: unknown;
  /** Beside each decision the terms of its case, null for none; unset: `hold` and `review` open one with our own target. */
  readonly cases?: readonly (CaseTerms | null)[] | undefined;
}
export type SaveResult = 'saved' | 'unchanged' | 'stale';

export interface WorkStore {
  /** Raises epoch and lease in one update; null when the work is done, leased or gone. */
  claim(revisionId: string, leaseMs: number, now: number): Promise<Claim | null>;
  extend(claim: Claim, leaseMs: number, now: number): Promise<boolean>;
  /** Clears the lease so that the next run is immediate; a planned stop or a retry is not a crash. */
  handBack(claim: Claim, now: number): Promise<void>;
  /** Evidence, decisions, cases, audit and outbox in one transaction, fenced by the epoch. */
  complete(claim: Claim, record: ModerationRecord, now: number): Promise<SaveResult>;
  /** Due work without a live lease and not nudged since `nudgedBefore`; marks it nudged (SKIP LOCKED). */
  takeDue(
    limit: number,
    nudgedBefore: number,
    now: number,
  ): Promise<readonly { readonly revisionId: string; readonly run: number }[]>;
  backlog(now: number): Promise<{ readonly due: number; readonly oldestDueMs: number }>;
}

// ---- webhooks ------------------------------------------------------------------

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
/** What is not named stays; other events count from the next one on. */
export interface EndpointChange {
  readonly status?: Endpoint['status'] | undefined;
  readonly rotateTo?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly EventType[] | undefined;
  readonly description?: string | undefined;
}
export interface WebhooksStore {
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
    now: number,
  ): Promise<number>;
  sendTest(sourceId: string, endpointId: string, now: number): Promise<string | null>;
  /** Claims due deliveries by state with SKIP LOCKED and a lease. */
  takeDue(limit: number, leaseMs: number, now: number): Promise<readonly DueDelivery[]>;
  recordAttempt(delivery: DueDelivery, attempt: Attempt, now: number): Promise<void>;
}

// ---- people, keys, sessions ------------------------------------------------------

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
export interface Session {
  readonly sessionId: string;
  readonly user: User;
  readonly csrfToken: string;
  readonly expiresAt: string;
}
export type Actor = { readonly kind: 'key' | 'user' | 'system'; readonly id: string };

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
    input: { readonly login: string; readonly passwordHash: string; readonly role: Role },
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
      readonly idleMs: number;
      readonly absoluteMs: number;
    },
    now: number,
  ): Promise<Session>;
  findSession(tokenHash: string, idleMs: number, now: number): Promise<Session | null>;
  endSession(tokenHash: string): Promise<void>;
  recordSignIn(login: string, ok: boolean, now: number): Promise<{ readonly recentFailures: number }>;
}

// ---- overview, bundles, banks, audit ---------------------------------------------------

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
export interface TextBankEntry {
  readonly entryId: string;
  readonly category: string;
  readonly severity: number;
  readonly benign: boolean;
  readonly exact: string;
  readonly simhash: string;
  readonly source: string;
  readonly owner: string;
  readonly expiresAt: string | null;
}
export interface BanksStore {
  allText(): Promise<readonly TextBankEntry[]>;
  addText(entry: TextBankEntry, now: number): Promise<void>;
}
export interface UpkeepStore {
  /** Deletes expired rows in bounded batches; returns how many by table. */
  purge(now: number, batch: number): Promise<Readonly<Record<string, number>>>;
}

// ---- pictures -----------------------------------------------------------------

export interface ImageClaim {
  readonly revisionId: string;
  readonly index: number;
  readonly noteId: string;
  readonly sourceId: string;
  readonly url: string | null;
  readonly blobKey: string | null;
  /** Languages of the note, best first. */
  readonly likely: readonly LanguageTag[];
  readonly epoch: number;
  readonly crashes: number;
}
export interface ImageResult {
  readonly reading: ImageReading;
  /** Where the sealed original lies; null when it never came. */
  readonly blobKey: string | null;
  readonly sha256: string | null;
}
export interface ImagesStore {
  /** Notes the keys before their bytes are written: what no picture names by then is removed. */
  reserve(sourceId: string, keys: readonly string[], removeAt: number): Promise<void>;
  claim(revisionId: string, index: number, leaseMs: number, now: number): Promise<ImageClaim | null>;
  extend(claim: ImageClaim, leaseMs: number, now: number): Promise<boolean>;
  handBack(claim: ImageClaim, now: number): Promise<void>;
  /** Fenced by the epoch. `wake`: the run of the note's job that the last reading made due. */
  complete(
    claim: ImageClaim,
    result: ImageResult,
    now: number,
  ): Promise<{ readonly saved: boolean; readonly wake: number | null }>;
  takeDue(
    limit: number,
    nudgedBefore: number,
    now: number,
  ): Promise<readonly { readonly revisionId: string; readonly index: number; readonly run: number }[]>;
  /** Of one revision, with how many pictures are still unread and since when. */
  readings(revisionId: string): Promise<{
    readonly readings: readonly ImageReading[];
    readonly due: number;
    readonly since: number;
  }>;
  /** Null: no such note or picture. `blobKey` null: the bytes are not here. */
  place(
    sourceId: string | null,
    noteId: string,
    index: number,
    revision: number | null,
  ): Promise<{
    readonly erased: boolean;
    readonly due: boolean;
    readonly blobKey: string | null;
    readonly sha256: string | null;
  } | null>;
  /** Keys whose bytes may go; `removed` forgets them afterwards. */
  removable(limit: number, now: number): Promise<readonly string[]>;
  removed(keys: readonly string[]): Promise<void>;
}

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
