/** What one rule is and did. */
import { DAY_MS } from '../../domain.js';
import type { Bundle } from '../../policy/bundle.js';
import { filesIn } from '../../policy/bundle-content.js';
import { ruleText } from '../../policy/edit-rule.js';
import { isLive, modeText, overrideOf } from '../../policy/overrides.js';
import type { Override, PolicyStore, RuleOutcome } from '../../ports/policy.js';

interface Human {
  readonly upheld: number;
  readonly overturned: number;
}
/** A person who allows overturns what acted; a person who acts upholds it, whichever action they chose. */
function humanOf(outcomes: readonly RuleOutcome[]): Human {
  const sum = (allowed: boolean): number =>
    outcomes.filter(({ action }) => (action === 'allow') === allowed).reduce((all, { count }) => all + count, 0);
  return { upheld: sum(false), overturned: sum(true) };
}

export async function ruleView(
  policy: PolicyStore,
  base: Bundle,
  ask: { readonly rule: string; readonly days: number; readonly overrides: readonly Override[] },
  now: number,
) {
  const live = ask.overrides.filter((override) => isLive(override, now));
  const regions = [...base.regions.values()].flatMap((region) => {
    const rule = region.rules.find((one) => one.id === ask.rule);
    if (rule === undefined) return [];
    const override = overrideOf(live, rule.id, region.id);
    return [{ region: region.id, mode: override?.mode ?? modeText(rule.mode), action: rule.action, override }];
  });
  if (regions.length === 0) return null;
  const since = new Date(now - ask.days * DAY_MS).toISOString();
  const files = filesIn(base.content);
  const written = [...base.regions.values()].flatMap(({ id, file }) => {
    const found = ruleText(files.get(file) ?? '', file, ask.rule);
    return found === null ? [] : [{ region: id, file, line: found.line, yaml: found.text }];
  });
  const [days, shadow, outcomes] = await Promise.all([
    policy.ruleDays(ask.rule, since.slice(0, 10)),
    policy.shadowOf(ask.rule, since),
    policy.outcomesOf(ask.rule, since),
  ]);
  const languages = [...new Set(outcomes.map(({ language }) => language))];
  const byLanguage = languages.map((language) => ({
    language,
    ...humanOf(outcomes.filter((outcome) => outcome.language === language)),
  }));
  return { id: ask.rule, since, regions, written, days, human: { ...humanOf(outcomes), byLanguage }, shadow };
}
