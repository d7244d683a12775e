/** Files -> bundle: pure, all faults together, one hash over everything that can change a decision. */

import { sha256Hex } from '../domain/sha256.js';
import { contentOf } from './bundle-content.js';
import { type Compiled, compileExpression, type Expression } from './cel.js';
import { checkConditions } from './check-conditions.js';
import { checkNames } from './check-names.js';
import { compileRegion, inherit } from './compile-region.js';
import type { RegionValue } from './context-values.js';
import { faultOf, faultsError, formatFault, type PolicyFault, sortFaults } from './faults.js';
import { lintRegion } from './lint.js';
import type { Bundle, CompiledRegion, Variant } from './model.js';
import { checkClauses, readNotices } from './read-notices.js';
import { recent } from './recent.js';
import {
  countRegionFiles,
  faultAt,
  inOrder,
  parentOf,
  type RegionFile,
  type Report,
  readSources,
  type Sources,
} from './sources.js';
import { termNames } from './term-names.js';
import type { Inheritance, Workshop } from './workshop.js';

export type { Bundle, CompiledRegion, CompiledRule } from './model.js';

/** The shipped files hold some hundred. */
const MOST_EXPRESSIONS = 20_000;

export interface CheckedBundle {
  readonly bundle: Bundle | null;
  readonly faults: readonly PolicyFault[];
}

function makeVariants(): { readonly list: Variant[]; readonly make: Workshop['variant'] } {
  const list: Variant[] = [];
  const known = new Map<string, Variant>();
  const make = (when: Expression, unless: Expression | null, value: RegionValue): Variant => {
    const key = variantKey(when, unless, value);
    const found = known.get(key);
    if (found !== undefined) return found;
    const variant: Variant = { index: list.length, when, unless, region: value };
    list.push(variant);
    known.set(key, variant);
    return variant;
  };
  return { list, make };
}

/** Two regions share an answer when everything that the condition can see of them is the same. */
function variantKey(when: Expression, unless: Expression | null, value: RegionValue): string {
  const parts = [when, ...(unless === null ? [] : [unless])].map((expression): unknown => {
    if (expression.usesRegion) return value.id;
    const thresholds = expression.thresholds.map((use) => value.thresholds.get(use.category)?.get(use.step) ?? null);
    return [thresholds, expression.usesDisclosures ? value.disclosures : null];
  });
  return JSON.stringify([when.source, unless?.source ?? null, parts]);
}

/** An expression is compiled from its source alone, so that an edit pays only for what it changed. */
const expressions = recent<Compiled>(MOST_EXPRESSIONS);
const compileOnce = (source: string): Compiled => expressions(source, () => compileExpression(source));

/** One fault in a shared file would come back from every region that inherits it. */
function makeReport(faults: PolicyFault[]): Report {
  const seen = new Set<string>();
  return (fault) => {
    const key = formatFault(fault);
    if (seen.has(key)) return;
    seen.add(key);
    faults.push(fault);
  };
}

function groupsOf(regions: readonly CompiledRegion[], files: ReadonlyMap<string, RegionFile>, report: Report) {
  const groups = new Map<string, string>();
  for (const region of regions) {
    region.settings.members.forEach((country, index) => {
      const other = groups.get(country);
      const file = files.get(region.file);
      if (other !== undefined && file !== undefined) {
        report(faultAt(file, ['members', index], 'two-groups', `"${country}" is already a member of ${other}`));
      }
      groups.set(country, region.id);
    });
  }
  return groups;
}

function workshopOf(
  files: ReadonlyMap<string, string>,
  sources: Sources,
  variant: Workshop['variant'],
  report: Report,
): Workshop {
  return {
    byFile: new Map(sources.regions.map((region) => [region.file, region])),
    notices: readNotices(sources.notices, report),
    isThere: (file) => files.has(file),
    placeOfSentences: (language) => {
      const file = sources.notices.find(({ source }) => source.language === language);
      return file === undefined ? null : { file: file.file, ...file.yaml.locateKey(['sentences']) };
    },
    laws: new Set(sources.regions.flatMap((region) => Object.keys(region.source.grounds ?? {}))),
    terms: termNames(files),
    report,
    compile: compileOnce,
    variant,
  };
}

function inheritAll(regions: readonly RegionFile[]): ReadonlyMap<string, Inheritance> {
  const made = new Map<string, Inheritance>();
  for (const region of regions) {
    const parent = parentOf(region.source);
    made.set(region.source.id, inherit(region, parent === null ? undefined : made.get(parent)));
  }
  return made;
}

/** What is missing above is missing below; it has been told where it belongs. */
function compileAll(made: ReadonlyMap<string, Inheritance>, workshop: Workshop): readonly CompiledRegion[] {
  const regions: CompiledRegion[] = [];
  const lame = new Set<string>();
  for (const [id, entry] of made) {
    const region = entry.lineage.some((other) => lame.has(other)) ? null : compileRegion(entry, workshop);
    if (region === null) lame.add(id);
    else regions.push(region);
  }
  return regions;
}

function reportMissingGlobal(files: ReadonlyMap<string, string>, report: Report): void {
  if (files.has('global.yaml')) return;
  const why = files.size === 0 ? ': there are no policy files in this folder' : '';
  report(faultOf('missing-file', { file: 'global.yaml', line: 1, column: 1 }, `the file is missing${why}`));
}

/** For tools that show faults; `bundle` is null when any of them is an error. */
export function checkBundle(
  files: ReadonlyMap<string, string>,
  options: { readonly today?: string } = {},
): CheckedBundle {
  const faults: PolicyFault[] = [];
  const report = makeReport(faults);
  const sources = readSources(files, report);
  checkNames(sources.regions, report);
  const variants = makeVariants();
  const workshop = workshopOf(files, sources, variants.make, report);
  const { byFile, notices } = workshop;
  const regions = compileAll(inheritAll(inOrder(sources.regions, files, report)), workshop);
  const judged = new Set(regions.map(({ file }) => file));
  for (const file of sources.read) if (!judged.has(file.file)) checkConditions(file, workshop);
  // A clause may stand in a file that has a fault of its own.
  if (judged.size === countRegionFiles(files)) checkClauses(sources.notices, regions, report);
  reportMissingGlobal(files, report);
  const groups = groupsOf(regions, byFile, report);
  for (const region of regions) {
    const file = byFile.get(region.file);
    if (file === undefined) continue;
    const parent = regions.find((other) => other.id === region.parent);
    const heirs = regions.filter(({ lineage }) => lineage.includes(region.id));
    lintRegion({ region, parent, file, group: groups.get(region.id), heirs }, options.today ?? null, report);
  }
  const sorted = sortFaults(faults);
  if (sorted.some((fault) => fault.level === 'error')) return { bundle: null, faults: sorted };
  const content = contentOf(files);
  const byId = regions.map((region) => [region.id, region] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = sha256Hex(content);
  return {
    bundle: { hash, content, regions: new Map(byId), groups, notices, variants: variants.list },
    faults: sorted,
  };
}

/** Throws InvalidInputError (policy_*) with every fault as file:line:column. */
export function compileBundle(files: ReadonlyMap<string, string>): Bundle {
  const { bundle, faults } = checkBundle(files);
  if (bundle === null) throw faultsError(faults.filter((fault) => fault.level === 'error'));
  return bundle;
}
