/** What the commands have to know of what a bank may hold. */
import type { HashBanksStore, Holding } from '../../ports/banks.js';
import type { FullStore } from '../../ports/review.js';
import type { HashBank, HashHit } from '../../ports.js';
import type { HashEntry } from '../../stages/hash-entry.js';
import type { BankIo } from './bank-io.js';
import type { BankValues } from './options.js';
import type { ListOf } from './read-hashes.js';

export interface Subject<H, Q> {
  /** The hash as it was given, or the name of the file; never a text. */
  readonly name: string;
  /** What a bank keeps of it. */
  readonly hash: H;
  /** What it is looked up by. */
  readonly asked: Q;
  /** Why it cannot be compared; null: it can. */
  readonly fault: string | null;
}
export interface HeldHit extends HashHit {
  /** Of a text that holds the known one; unset: the whole is the known one. */
  readonly lines?: readonly [first: number, last: number] | undefined;
}
/** `H`: what is kept of it, `Q`: what it is looked up by. */
export interface Held<H, Q> {
  readonly holds: Holding;
  /** What a command line names. */
  readonly subjects: string;
  readonly list: ListOf<H>;
  banks(store: FullStore): HashBanksStore<H>;
  read(names: readonly string[], values: BankValues, io: BankIo): Promise<readonly Subject<H, Q>[]>;
  indexOf(entries: readonly HashEntry<H>[], now: () => number): HashBank<Q>;
  lookUp(bank: HashBank<Q>, asked: Q, sourceId: string | undefined): readonly HeldHit[];
  /** As it may be given again. */
  written(hash: H): string;
  /** What a person should know of a subject beside its hash. */
  remark(asked: Q): string;
  /** For data. */
  facts(asked: Q): object;
}
