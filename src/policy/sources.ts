/** Region files as written: parsed, checked against the schema, and put in order by `extends`. */
import type { z } from 'zod';
import { isRegionCode, regionHint } from './countries.js';
import { faultOf, faultsIn, type PolicyFault } from './faults.js';
import type { LintId } from './lints.js';
import { didYouMean } from './nearest.js';
import { recent } from './recent.js';
import { placeWords, sayIssue } from './say-issue.js';
import { NoticeFile, RegionSource } from './schema.js';
import { RuleSource, RuleTest } from './schema-rule.js';
import { type ParsedYaml, parseYaml, type YamlPath } from './yaml.js';

export interface ReadFile {
  readonly file: string;
  readonly yaml: ParsedYaml;
}
export interface RegionFile extends ReadFile {
  readonly source: RegionSource;
}
export interface NoticesFile extends ReadFile {
  readonly source: NoticeFile;
}
export interface Sources {
  readonly regions: readonly RegionFile[];
  readonly notices: readonly NoticesFile[];
  /** Every region file that is YAML, those with a fault of shape too. */
  readonly read: readonly ReadFile[];
}
export type Report = (fault: PolicyFault) => void;

const REGION_FILE = /^(?:global|regions\/[^/]+)\.yaml$/;
/** The id in a file is its name; `checkId` sees to it. */
export const fileOfRegion = (id: string): string => (id === 'global' ? 'global.yaml' : `regions/${id}.yaml`);
const NOTICE_FILE = /^notices\/[^/]+\.yaml$/;
/** With global, which is missed where it is not. */
export const countRegionFiles = (files: ReadonlyMap<string, string>): number =>
  new Set(['global.yaml', ...[...files.keys()].filter((file) => REGION_FILE.test(file))]).size;

export function faultAt(source: ReadFile, path: YamlPath, lint: LintId, message: string): PolicyFault {
  return faultOf(lint, { file: source.file, ...source.yaml.locate(path) }, message);
}

/** A schema, or what a choice of schemas chooses from. */
function branchesOf(schema: unknown): readonly unknown[] {
  const node = unwrap(schema);
  if (!hasOptions(node) || node.options.some((option) => typeof option !== 'object')) return [node];
  return node.options.flatMap(branchesOf);
}
const hasOptions = (value: unknown): value is { readonly options: readonly unknown[] } =>
  typeof value === 'object' && value !== null && 'options' in value && Array.isArray(value.options);

/** Words that were allowed at a place, for the nearest right one. */
function allowedKeys(schema: z.ZodType, path: YamlPath): readonly string[] {
  let nodes = branchesOf(schema);
  for (const step of path) nodes = nodes.flatMap((node) => branchesOf(childSchema(node, step)));
  return nodes.flatMap((node) => {
    if (isShaped(node)) return Object.keys(node.shape);
    return isKeyed(node) && Array.isArray(node.keyType.options) ? node.keyType.options.map(String) : [];
  });
}
/** A map whose keys come from a closed list. */
const isKeyed = (value: unknown): value is { readonly keyType: { readonly options?: unknown } } =>
  typeof value === 'object' && value !== null && 'keyType' in value && typeof value.keyType === 'object';
const isShaped = (value: unknown): value is { readonly shape: Readonly<Record<string, unknown>> } =>
  typeof value === 'object' && value !== null && 'shape' in value;
function unwrap(schema: unknown): unknown {
  let node = schema;
  // An array unwraps to its element too; a path through it needs the array itself.
  while (
    typeof node === 'object' &&
    node !== null &&
    !('element' in node) &&
    'unwrap' in node &&
    typeof node.unwrap === 'function'
  ) {
    node = node.unwrap();
  }
  return node;
}
function childSchema(node: unknown, step: string | number): unknown {
  if (isShaped(node)) return node.shape[String(step)];
  if (typeof node !== 'object' || node === null) return undefined;
  if ('element' in node) return node.element;
  return 'valueType' in node ? node.valueType : undefined;
}

/** A word that has its place, but not this one. */
function elsewhere(key: string, path: YamlPath): string {
  if (/^\d+$/.test(key)) return '; write decimals with a point, such as 0.5, and no commas in figures';
  if (path.length > 0 && Object.hasOwn(RegionSource.shape, key))
    return '; it belongs to the whole file, at its left edge';
  if (path[0] !== 'rules' && Object.hasOwn(RuleSource.shape, key)) return '; it belongs to a rule, below its "- id:"';
  return path.at(-2) !== 'tests' && Object.hasOwn(RuleTest.shape, key) ? '; it belongs to a test of a rule' : '';
}

function issueFaults(issue: z.core.$ZodIssue, schema: z.ZodType, place: ReadFile): readonly PolicyFault[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const at = placeWords(path, place.yaml.value);
  if (issue.code === 'unrecognized_keys') {
    const words = allowedKeys(schema, path);
    return issue.keys.map((key) => {
      const where = { file: place.file, ...place.yaml.locateKey([...path, key]) };
      return faultOf(
        'unknown-word',
        where,
        `${at}unknown word "${key}"${didYouMean(key, words) || elsewhere(key, path)}`,
      );
    });
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    const wanted = issue.issues.map((inner) => sayIssue(inner, key)).join(', ');
    const message = `${placeWords(path.slice(0, -1), place.yaml.value)}${wanted}`;
    return [faultOf('unknown-word', { file: place.file, ...place.yaml.locateKey(path) }, message)];
  }
  const where = { file: place.file, ...place.yaml.locate(path) };
  return [faultOf('wrong-value', where, `${at}${sayIssue(issue, valueAt(place.yaml.value, path))}`)];
}

function valueAt(root: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (node, step) => (typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined),
    root,
  );
}

/** The innermost complaints of a union, which say more than "no branch fits". */
function flatIssues(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((branch) =>
    branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
  );
  const deepest = (branch: readonly z.core.$ZodIssue[]): number => Math.max(0, ...branch.map((i) => i.path.length));
  const best = branches.reduce((a, b) => (deepest(b) > deepest(a) ? b : a));
  // A union that says itself what it takes says more than any of its branches about a value that fits none.
  if (issue.message !== 'Invalid input' && deepest(best) <= issue.path.length) return [issue];
  return best.flatMap(flatIssues);
}

export function checkShape<T>(schema: z.ZodType<T>, value: unknown, place: ReadFile, report: Report): T | null {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.flatMap(flatIssues)) {
    for (const fault of issueFaults(issue, schema, place)) report(fault);
  }
  return null;
}

function readYaml(text: string, file: string, report: Report): ParsedYaml | null {
  try {
    return parseYaml(text, file);
  } catch (error) {
    const faults = faultsIn(error);
    if (faults === null) throw error;
    for (const fault of faults) report(fault);
    return null;
  }
}

interface Read<T> {
  readonly file: T | null;
  /** Null: not even YAML. */
  readonly read: ReadFile | null;
  readonly faults: readonly PolicyFault[];
}
/** Of two versions of the files, the shipped ones fit in here; a check after an edit reads only what was edited. */
const MOST_FILES = 128;
const sources = recent<Read<RegionFile>>(MOST_FILES);
const notes = recent<Read<NoticesFile>>(MOST_FILES);

function readRegion(text: string, file: string): Read<RegionFile> {
  const faults: PolicyFault[] = [];
  const report: Report = (fault) => void faults.push(fault);
  const yaml = readYaml(text, file, report);
  if (yaml === null) return { file: null, read: null, faults };
  const read = { file, yaml };
  const source = checkShape(RegionSource, yaml.value, read, report);
  const good = source !== null && checkId(source.id, read, report);
  return { file: good ? { ...read, source } : null, read, faults };
}

function readNotices(text: string, file: string): Read<NoticesFile> {
  const faults: PolicyFault[] = [];
  const report: Report = (fault) => void faults.push(fault);
  const yaml = readYaml(text, file, report);
  if (yaml === null) return { file: null, read: null, faults };
  const read = { file, yaml };
  const source = checkShape(NoticeFile, yaml.value, read, report);
  return { file: source === null ? null : { ...read, source }, read, faults };
}

export function readSources(files: ReadonlyMap<string, string>, report: Report): Sources {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const readAll = <T>(names: RegExp, readOne: (text: string, file: string) => Read<T>): readonly Read<T>[] =>
    sorted.filter(([file]) => names.test(file)).map(([file, text]) => readOne(text, file));
  const regions = readAll(REGION_FILE, (text, file) => sources(`${file}\n${text}`, () => readRegion(text, file)));
  const notices = readAll(NOTICE_FILE, (text, file) => notes(`${file}\n${text}`, () => readNotices(text, file)));
  for (const { faults } of [...regions, ...notices]) for (const fault of faults) report(fault);
  return {
    regions: regions.flatMap(({ file }) => file ?? []),
    notices: notices.flatMap(({ file }) => file ?? []),
    read: regions.flatMap(({ read }) => read ?? []),
  };
}

function checkId(id: string, place: ReadFile, report: Report): boolean {
  const wanted = place.file.replace(/^regions\//, '').replace(/\.yaml$/, '');
  if (!isRegionCode(id)) {
    const message = `"${id}" is neither an ISO 3166-1 country nor global or eu${regionHint(id)}`;
    report(faultAt(place, ['id'], 'unknown-region', message));
    return false;
  }
  if (id === wanted) return true;
  report(faultAt(place, ['id'], 'file-name', `the id is "${id}", the file is named "${wanted}"; make them the same`));
  return false;
}

/**
 * Parents first. Reports unknown parents and circles; files in a circle are left out. A parent that is there and could
 * not be read has had its own fault told, and so has a missing global.
 */
export function inOrder(
  regions: readonly RegionFile[],
  files: ReadonlyMap<string, string>,
  report: Report,
): readonly RegionFile[] {
  const byId = new Map(regions.map((region) => [region.source.id, region]));
  const ordered = new Map<string, RegionFile>();
  const visit = (region: RegionFile, trail: readonly string[]): boolean => {
    const { id } = region.source;
    if (ordered.has(id)) return true;
    if (trail.includes(id)) {
      const circle = [...trail.slice(trail.indexOf(id)), id].join(' -> ');
      report(faultAt(region, ['extends'], 'cycle', `files extend each other in a circle: ${circle}`));
      return false;
    }
    const parentId = parentOf(region.source);
    if (parentId !== null) {
      const parent = byId.get(parentId);
      if (parent === undefined) {
        if (parentId === 'global' || files.has(fileOfRegion(parentId))) return false;
        const message = `extends "${parentId}", but there is no such file${didYouMean(parentId, byId.keys())}`;
        report(faultAt(region, ['extends'], 'unknown-parent', message));
        return false;
      }
      if (!visit(parent, [...trail, id])) return false;
    }
    ordered.set(id, region);
    return true;
  };
  for (const region of regions) visit(region, []);
  return [...ordered.values()];
}

/** A file without `extends` builds on global. */
export const parentOf = (source: RegionSource): string | null =>
  source.id === 'global' ? (source.extends ?? null) : (source.extends ?? 'global');
