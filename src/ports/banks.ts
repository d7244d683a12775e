/** Hash banks as they are kept, of pictures or of texts: who answers for a bank, what it speaks of, and its entries. */
import type { PdqReading, PictureHash, TextHash } from '../domain.js';
import type { Actor } from './store.js';

const BANK_KINDS = ['block', 'benign'] as const;
/** `benign`: known harmless pictures or texts that look like harmful ones; they speak for a note. */
export type BankKind = (typeof BANK_KINDS)[number];

export const HOLDINGS = ['pictures', 'texts'] as const;
/** What the hashes of a bank are of. */
export type Holding = (typeof HOLDINGS)[number];

export interface NewBank {
  /** One name is one bank, whatever it holds. */
  readonly name: string;
  /** The platform whose notes alone it is held against; null: those of all. */
  readonly sourceId: string | null;
  readonly kind: BankKind;
  readonly category: string;
  readonly severity: number;
  /** Who answers for it. */
  readonly owner: string;
  /** Where its hashes come from. */
  readonly source: string;
  readonly expiresAt: string | null;
}
export interface Bank extends NewBank {
  readonly bankId: string;
  readonly holds: Holding;
  readonly createdAt: string;
  readonly entries: number;
}
export interface NewHashes<H> {
  readonly name: string;
  readonly hashes: readonly (H & { readonly note: string })[];
  readonly expiresAt: string | null;
}
interface EntryTimes {
  readonly entryId: string;
  readonly expiresAt: string | null;
}
export type BankEntry<H> = EntryTimes &
  H & {
    readonly note: string;
    readonly addedBy: string;
    readonly addedAt: string;
  };
/** An entry with what its bank says of it; `expiresAt` is the earlier of both. */
export type BankedHash<H> = EntryTimes &
  H &
  Pick<NewBank, 'sourceId' | 'kind' | 'category' | 'severity'> & { readonly bank: string };

export interface HashBanksPart {
  readonly imageBanks: HashBanksStore<PictureHash>;
  readonly textBanks: HashBanksStore<TextHash>;
  readonly lookUps: LookUpsStore;
}
/** The banks of one holding. Every change is one transaction with its line in the audit. */
export interface HashBanksStore<H> {
  /** Rises with every change. */
  version(): Promise<number>;
  /** All that has not expired, in the order of their ids; `after` is the last id of the page before. */
  hashes(after: string | null, limit: number, now: number): Promise<readonly BankedHash<H>[]>;
  list(): Promise<readonly Bank[]>;
  entries(name: string, after: string | null, limit: number): Promise<readonly BankEntry<H>[]>;
  /** False: the name is taken. */
  create(bank: NewBank, actor: Actor, now: number): Promise<boolean>;
  /** How many were new; null: there is no such bank. */
  add(hashes: NewHashes<H>, actor: Actor, now: number): Promise<number | null>;
  /** How many went, of the whole bank where `entryId` is null; null: there is no such bank or entry. */
  remove(name: string, entryId: string | null, actor: Actor, now: number): Promise<number | null>;
}

export interface PicturePlace {
  readonly revisionId: string;
  readonly index: number;
}
/** A picture of a revision that stands as it was judged. */
export interface HashedPicture extends PicturePlace {
  readonly sourceId: string;
  readonly hash: PdqReading;
  /** Detectors of the banks that had found it when the revision was judged. */
  readonly known: readonly string[];
}
export interface LookUpProgress {
  /** Of the banks. */
  readonly version: number;
  /** Version that all stored pictures were held against. */
  readonly lookedUp: number;
  /** Version that they are being held against; `place`: the last one that was. */
  readonly target: number | null;
  readonly place: PicturePlace | null;
}
/** Stored pictures against banks that have grown since. */
export interface LookUpsStore {
  progress(): Promise<LookUpProgress>;
  keep(progress: Omit<LookUpProgress, 'version'>): Promise<void>;
  /** In the order of revision and index; pictures that came in at `since` or later. */
  hashed(since: number, after: PicturePlace | null, limit: number): Promise<readonly HashedPicture[]>;
  /** Makes revisions due again, each with a line in the audit; how many stood as they were judged. `verb`: unless a picture is why. */
  again(
    revisionIds: readonly string[],
    actor: Actor,
    order: { readonly now: number; readonly dueAt: number; readonly verb?: 'note.judged_again' | undefined },
  ): Promise<number>;
}
