/** Whether the rules that a file wrote are tested: one text that a rule takes and two that it leaves, or nobody knows. */
import { primaryOf, type RegionId } from '../domain.js';
import type { CompiledRegion, CompiledRule } from './model.js';

export const LEAST_MATCHES = 1;
export const LEAST_NO_MATCHES = 2;

export interface Coverage {
  readonly rule: string;
  readonly region: RegionId;
  readonly matches: number;
  readonly noMatches: number;
  /** Claimed languages without a text that matches. */
  readonly untested: readonly string[];
  readonly enough: boolean;
}

/** A claim on words is tested by words; a finding that a test only asserts says nothing of a language. */
function untestedLanguages(rule: CompiledRule): readonly string[] {
  const tried = new Set(
    rule.tests
      .filter((test) => test.expect === 'match' && (test.text !== undefined || test.title !== undefined))
      .flatMap((test) => (test.language === undefined ? [] : [primaryOf(test.language)])),
  );
  return rule.languages.filter((language) => !tried.has(primaryOf(language)));
}

function coverageOfRule(rule: CompiledRule, region: CompiledRegion): Coverage {
  const matches = rule.tests.filter((test) => test.expect === 'match').length;
  const noMatches = rule.tests.length - matches;
  const untested = rule.claimsFile === region.file ? untestedLanguages(rule) : [];
  const enough = matches >= LEAST_MATCHES && noMatches >= LEAST_NO_MATCHES && untested.length === 0;
  return { rule: rule.id, region: region.id, matches, noMatches, untested, enough };
}

/** Tests count for the file that wrote them. A rule whose tests are inherited is covered by its parent's. */
export const coverageOf = (region: CompiledRegion): readonly Coverage[] =>
  region.rules
    .filter((rule) => rule.testsFile === region.file || rule.claimsFile === region.file)
    .map((rule) => coverageOfRule(rule, region));
