/** Files as they are written, before anything is merged: ids of rules that are used twice, and names of regions. */

import { isRegionCode, regionHint } from './countries.js';
import { faultOf } from './faults.js';
import { didYouMean } from './nearest.js';
import type { RuleSource } from './schema-rule.js';
import { faultAt, parentOf, type RegionFile, type Report } from './sources.js';
import type { YamlPath } from './yaml.js';

interface Seen {
  readonly file: RegionFile;
  readonly path: YamlPath;
  readonly report: Report;
}

/** The file itself and all that build on it: a rule is known nowhere else. */
function reachOf(id: string, files: readonly RegionFile[]): ReadonlySet<string> {
  const reach = new Set([id]);
  for (let grew = true; grew; ) {
    const more = files.filter(({ source }) => !reach.has(source.id) && reach.has(parentOf(source) ?? ''));
    for (const { source } of more) reach.add(source.id);
    grew = more.length > 0;
  }
  return reach;
}

/** A mode that is written for a region which nobody reads would leave the rule off in silence. */
function checkMode(rule: RuleSource, reach: ReadonlySet<string>, { file, path, report }: Seen): void {
  if (typeof rule.mode !== 'object') return;
  for (const region of Object.keys(rule.mode)) {
    if (region === '*' || reach.has(region)) continue;
    const where = `rule ${rule.id}, mode: no file "${region}" builds on ${file.source.id}`;
    const at = { file: file.file, ...file.yaml.locateKey([...path, 'mode', region]) };
    const hint = didYouMean(region, reach) || '; all that are not named go by "*"';
    report(faultOf('unknown-region', at, `${where}${hint}`));
  }
}

/** What the pipeline finds by itself in a text. */
const FOUND = [
  'scores',
  'competence',
  'findings',
  'contacts',
  'signs',
  'has_images',
  'image',
  'campaign',
  'failed',
] as const;

function checkTests(rule: RuleSource, { file, path, report }: Seen): void {
  (rule.tests ?? []).forEach((test, index) => {
    const { region, text, title } = test;
    const unread = text === undefined && title === undefined ? [] : FOUND.filter((key) => test[key] !== undefined);
    for (const key of unread) {
      const at = { file: file.file, ...file.yaml.locateKey([...path, 'tests', index, key]) };
      const message = `rule ${rule.id}, test ${index + 1}: ${key} is not looked at in a test with a text, which goes through the pipeline; make two tests of it`;
      report(faultOf('test-unread', at, message));
    }
    if (region === undefined || isRegionCode(region)) return;
    const place = [...path, 'tests', index, 'region'];
    const message = `rule ${rule.id}, test ${index + 1}: "${region}" is neither an ISO 3166-1 country nor global or eu${regionHint(region)}`;
    report(faultAt(file, place, 'unknown-region', message));
  });
}

/** A country that does not exist would never be judged by its group. */
function checkMembers(file: RegionFile, report: Report): void {
  (file.source.members ?? []).forEach((member, index) => {
    if (isRegionCode(member)) return;
    const message = `"${member}" is no country of ISO 3166-1${regionHint(member)}`;
    report(faultAt(file, ['members', index], 'unknown-region', message));
  });
}

export function checkNames(files: readonly RegionFile[], report: Report): void {
  for (const file of files) {
    const seen = new Map<string, number>();
    const reach = reachOf(file.source.id, files);
    checkMembers(file, report);
    (file.source.rules ?? []).forEach((rule, index) => {
      const path = ['rules', index];
      const first = seen.get(rule.id);
      if (first !== undefined) {
        const { line } = file.yaml.locate(['rules', first, 'id']);
        const message = `the rule id "${rule.id}" is used twice; it stands in line ${line} too`;
        report(faultAt(file, [...path, 'id'], 'duplicate-rule', message));
      }
      seen.set(rule.id, first ?? index);
      checkMode(rule, reach, { file, path, report });
      checkTests(rule, { file, path, report });
    });
  }
}
