/** What the making of a region works with. */
import type { Compiled, Expression } from './cel.js';
import type { Setting } from './cites.js';
import type { RegionValue } from './context-values.js';
import type { MergedRule } from './merge.js';
import type { Notices, Variant } from './model.js';
import type { RegionFile, Report } from './sources.js';
import type { TermNames } from './term-names.js';
import type { Place } from './yaml.js';

/** What a file hands on to those that extend it. */
export interface Inheritance {
  readonly region: RegionFile;
  readonly settings: unknown;
  readonly rules: ReadonlyMap<string, MergedRule>;
  readonly lineage: readonly string[];
  readonly written: ReadonlyMap<string, Setting>;
}
export interface Workshop {
  readonly byFile: ReadonlyMap<string, RegionFile>;
  readonly notices: ReadonlyMap<string, Notices>;
  /** Whether a file stands in the folder, read or not: one with a fault has had it told. */
  isThere(file: string): boolean;
  /** Where the sentences of a language begin; null: they were not read. */
  placeOfSentences(language: string): (Place & { readonly file: string }) | null;
  readonly laws: ReadonlySet<string>;
  readonly terms: TermNames;
  readonly report: Report;
  compile(source: string): Compiled;
  variant(when: Expression, unless: Expression | null, value: RegionValue): Variant;
}
