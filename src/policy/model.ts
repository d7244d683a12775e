/** A bundle as the evaluator sees it: everything resolved, nothing left to look up by name. */
import type { CategoryId, Severity } from '../categories.js';
import type { Action, EvidenceKey, Ground, RegionId, SideAction } from '../domain.js';
import type { Expression } from './cel.js';
import type { Setting } from './cites.js';
import type { RegionValue } from './context-values.js';
import type { Origin } from './merge.js';
import type { RegionSettings } from './schema.js';
import type { RuleTest } from './schema-rule.js';

export type RuleMode =
  | { readonly kind: 'disabled' | 'shadow' | 'enforce' }
  | { readonly kind: 'canary'; readonly percent: number };

/** A condition with the part of a region that it depends on; regions that agree on that part share one answer. */
export interface Variant {
  readonly index: number;
  readonly when: Expression;
  readonly unless: Expression | null;
  readonly region: RegionValue;
}

export interface CompiledRule {
  readonly id: string;
  readonly category: CategoryId;
  readonly severity: Severity;
  readonly mode: RuleMode;
  readonly action: Action;
  readonly sideActions: readonly SideAction[];
  readonly hours: number | null;
  readonly fallback: Action | null;
  /** Why the fallback speaks in this region instead of the first action; null where the first one does. */
  readonly fellBack: string | null;
  /** Key of the law or clause that the rule rests on here. */
  readonly cites: string;
  /** Languages whose words the rule claims to catch. */
  readonly languages: readonly string[];
  /** File that made that claim; null without one. */
  readonly claimsFile: string | null;
  /** Only for `allow`: the categories that it lets through. */
  readonly exempts: ReadonlySet<CategoryId>;
  readonly ground: Ground;
  readonly notice: string;
  readonly message: string;
  readonly owner: string;
  readonly variant: Variant;
  readonly gate: CategoryId | null;
  readonly home: Origin;
  /** File that had the last word on anything but its tests. */
  readonly changedIn: string;
  readonly tests: readonly RuleTest[];
  /** File that wrote those tests: the one whose regional meaning they describe. */
  readonly testsFile: string;
}

export interface CompiledRegion {
  readonly id: RegionId;
  readonly name: string;
  readonly file: string;
  readonly parent: RegionId | null;
  /** Itself first, `global` last. */
  readonly lineage: readonly RegionId[];
  readonly settings: RegionSettings;
  /** By kind and name: which file wrote a value, and what it names as its source. */
  readonly written: ReadonlyMap<string, Setting>;
  readonly value: RegionValue;
  /** By id. */
  readonly rules: readonly CompiledRule[];
  readonly ungated: readonly CompiledRule[];
  readonly gated: ReadonlyMap<CategoryId, readonly CompiledRule[]>;
  /** Milliseconds since the epoch; the file speaks from `from` on and before `until`. */
  readonly from: number;
  readonly until: number;
  readonly reads: ReadonlySet<EvidenceKey>;
}

export interface Notices {
  readonly language: string;
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly sentences: ReadonlyMap<string, string>;
  /** Key of a clause of the terms -> its title. */
  readonly clauses: ReadonlyMap<string, string>;
}

export interface Bundle {
  /** SHA-256 of `content`, hex. */
  readonly hash: string;
  /** All files as JSON, sorted by name: enough to compile the bundle again. */
  readonly content: string;
  readonly regions: ReadonlyMap<RegionId, CompiledRegion>;
  /** Member country -> group. */
  readonly groups: ReadonlyMap<RegionId, RegionId>;
  readonly notices: ReadonlyMap<string, Notices>;
  readonly variants: readonly Variant[];
}
