/** Why a case is here: the rules of that time judged once more, or as they were stored. */
import type { Bundle } from '../policy/bundle.js';
import { judgesAlike } from '../policy/bundle-diff.js';
import type { ReadNote } from '../policy/changed-words.js';
import type { CaseFile } from '../ports/review.js';
import { partsOf } from '../usecases/note-texts.js';
import { type ExplainedRule, explainCase, ruleOf } from '../usecases/review/why.js';
import type { CaseDetail } from './schemas/review-case.js';

export interface WhyScene {
  readonly file: CaseFile;
  /** Of the time of the decision; null when it is gone. */
  readonly then: Bundle | null;
  readonly current: Bundle;
}

const readNoteOf = ({ note, evidence }: CaseFile): ReadNote | null =>
  note === null || evidence === null ? null : { texts: partsOf(note, evidence), evidence };

export function whyAnswer({ file, then, current }: WhyScene): CaseDetail['why'] {
  const explained = explainCase(file, then);
  const policyDecisions = file.decisions.filter(({ by }) => by.kind === 'policy');
  const show = (rule: ExplainedRule): CaseDetail['why']['rules'][number] => {
    const compiled = then === null ? undefined : ruleOf(then, rule.policy, rule.rule);
    const { policy, category, severity, action, effect, why, message, looked } = rule;
    return {
      policy,
      rule: rule.rule,
      category,
      severity,
      action,
      written: compiled?.action ?? action,
      effect,
      message: message ?? action,
      why,
      looked: looked.map((look) => ({ ...look, within: [...look.within], of: { ...look.of } })),
      ground: compiled === undefined ? null : { ...compiled.ground },
      notice: compiled?.notice ?? null,
    };
  };
  const stored = (key: 'rules' | 'shadow'): CaseDetail['why']['rules'] =>
    policyDecisions.flatMap((decision) =>
      decision[key].map((hit) => ({
        policy: decision.policy,
        rule: hit.rule,
        category: hit.category,
        severity: hit.severity,
        action: hit.action,
        written: hit.action,
        effect: key === 'rules' ? 'fired' : 'shadow',
        message: hit.message,
        why: 'as it was stored',
        looked: [],
        ground: { ...hit.ground },
        notice: hit.notice,
      })),
    );
  const isShadow = ({ effect }: ExplainedRule): boolean => effect === 'shadow';
  return {
    bundleHash: file.bundleHash ?? current.hash,
    current:
      file.bundleHash === current.hash ||
      (then !== null && judgesAlike(then, current, file.row.regions, readNoteOf(file))),
    recomputed: explained !== null,
    rules: explained?.filter((rule) => !isShadow(rule)).map(show) ?? stored('rules'),
    shadow: explained?.filter(isShadow).map(show) ?? stored('shadow'),
    gaps: policyDecisions.flatMap((decision) =>
      decision.gaps.map((gap) => ({ regions: [...decision.regions], ...gap })),
    ),
  };
}
