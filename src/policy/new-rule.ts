/** A new rule as text: complete enough to pass `check`, with tests that fail until an author has filled them in. */
import { CATEGORIES, type CategoryId } from '../categories.js';
import { strengthOf } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import type { CompiledRegion, CompiledRule } from './model.js';

export interface NewRule {
  readonly id: string;
  readonly category: CategoryId;
  readonly region: CompiledRegion;
}

const RULE_ID = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
export const isRuleId = (id: string): boolean => RULE_ID.test(id);

/** Most rules begin as a question to a person; graver ones are raised by hand. */
const FIRST_SEVERITY = 2;

/** What the rules of the category rest on already, and what they say; an author rarely wants another. */
function neighbourOf(region: CompiledRegion, category: CategoryId): CompiledRule | undefined {
  const family = category.split('.')[0] ?? '';
  const inTerms = region.rules.filter(({ ground }) => ground.kind === 'terms');
  return (
    inTerms.find((rule) => rule.category === category) ?? inTerms.find((rule) => rule.category.startsWith(`${family}.`))
  );
}

function clauseOf(region: CompiledRegion, category: CategoryId): string {
  const known = neighbourOf(region, category);
  if (known !== undefined) return known.ground.ref;
  const clauses = Object.entries(region.settings.terms).flatMap(([key, clause]) => (clause === null ? [] : [key]));
  return clauses[0] ?? 'name-of-a-clause';
}

/** Two spaces of indentation: an entry of a file's `rules`. */
export function ruleSkeleton({ id, category, region }: NewRule): string {
  const severity = Math.min(FIRST_SEVERITY, CATEGORIES[category].maxSeverity);
  const most = region.settings.ladder[`${severity}` as '0'];
  const action = strengthOf(most) < strengthOf('review') ? most : 'review';
  return `  # Say in one sentence what the rule is for, and what it must leave alone.
  - id: ${id}  # stable for ever
    category: ${category}
    severity: ${severity}  # 0 nothing, 1 limit, 2 limit or remove, 3 a person confirms, 4 hidden first
    mode: shadow  # counts without effect; later canary(10), then enforce
    # What must be there: see \`polywarden policy fields\` and \`polywarden policy functions\`.
    when: any_finding("${category}")
    # What takes a note out of the rule.
    unless: has_flag("education")
    then: { action: ${action} }
    ground: { terms: ${clauseOf(region, category)} }  # or law: a key of \`grounds\`
    notice: ${neighbourOf(region, category)?.notice || 'null'}  # a key of notices/en.yaml; needed as soon as the action takes something away
    message: Say what the reviewer should look at; {by} becomes what saw it.
    # languages: [de]  # the languages whose words it claims to catch; each needs a test with a text
    owner: ${region.settings.owner}
    # These fail until they are filled in: describe one note that must match, and two that must not.
    tests:
      - { expect: match }
      - { findings: [${category}], expect: no_match }
      - { findings: [${category}], expect: no_match }
`;
}

const TOP_LEVEL = /^[^\s#-]/;

interface Placed {
  readonly text: string;
  readonly line: number;
}

/** The text of the file with the rule behind its last one, and the line (from 1) where it begins. */
export function withRule(text: string, skeleton: string): Placed {
  if (!text.includes('\r\n')) return placed(text, skeleton);
  // Written on Windows: read as others are, and written as it was.
  const made = placed(withPlainEnds(text), withPlainEnds(skeleton));
  return { ...made, text: made.text.replaceAll('\n', '\r\n') };
}

export const withPlainEnds = (text: string): string => text.replaceAll('\r\n', '\n');

function placed(text: string, skeleton: string): Placed {
  const lines = text.replace(/\n*$/, '').split('\n');
  const at = lines.findIndex((line) => /^rules:/.test(line));
  if (at >= 0 && !/^rules: *(#.*)?$/.test(lines[at] ?? '')) {
    throw new InvalidInputError(
      'policy_invalid',
      'The `rules` of the file stand on one line; put them below each other',
    );
  }
  if (at < 0) return { text: `${[...lines, 'rules:'].join('\n')}\n${skeleton}`, line: lines.length + 2 };
  const next = lines.findIndex((line, index) => index > at && TOP_LEVEL.test(line));
  const end = next < 0 ? lines.length : next;
  const before = lines.slice(0, end);
  while (before.at(-1)?.trim() === '') before.pop();
  const after = lines.slice(end);
  const rest = after.length === 0 ? '' : `\n${after.join('\n')}\n`;
  return { text: `${before.join('\n')}\n${skeleton}${rest}`, line: before.length + 1 };
}
