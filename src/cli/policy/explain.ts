/** `polywarden policy explain`: which rule looked at what values, and why it did or did not fire. */

import type { Note } from '../../domain.js';
import { type Explanation, explain, type RuleTrace } from '../../policy/explain.js';
import { loadBundle } from '../../policy/load.js';
import { isRegionCode } from '../../policy/regions.js';
import { factsOf } from '../../usecases/moderate.js';
import { readArgs, usageError } from '../io.js';
import { jsonText } from '../json-text.js';
import { POLICY_USAGE, type PolicyIo } from './policy-io.js';

const OPTIONS = { json: { type: 'boolean' }, region: { type: 'string' }, all: { type: 'boolean' } } as const;

const SIGNS: Readonly<Record<RuleTrace['effect'], string>> = {
  fired: '+',
  shadow: 's',
  exempted: 'x',
  error: '!',
  no: '-',
  not_asked: '.',
  disabled: 'o',
};

function ruleLines(trace: RuleTrace): readonly string[] {
  const head = `  ${SIGNS[trace.effect]} ${trace.rule} (${trace.category} ${trace.severity}, ${trace.mode}) -> ${trace.action}: ${trace.why}`;
  const looked = trace.looked.map(({ side, clause, value, of }) => {
    const parts = Object.entries(of).map(([part, known]) => `${part} = ${jsonText(known)}`);
    return `      ${side} ${clause} = ${jsonText(value)}${parts.length === 0 ? '' : `   (${parts.join(', ')})`}`;
  });
  return [head, ...looked];
}

function explanationLines({ evaluation, traces }: Explanation, all: boolean): readonly string[] {
  const lines = evaluation.decisions.flatMap((decision) => [
    `${decision.regions.join(', ')}: ${decision.action} (policy ${decision.policy}${decision.category === null ? '' : `, ${decision.category}`})`,
    ...decision.gaps.map((gap) => `  gap ${gap.stage} ${gap.status}: ${gap.why} -> ${gap.action}`),
  ]);
  for (const { policy, rules } of traces) {
    lines.push('', `rules of ${policy}: + fired, - did not, s shadow, x exempted, . not asked, o off, ! broken`);
    const shown = rules.filter((rule) => all || (rule.effect !== 'not_asked' && rule.effect !== 'disabled'));
    lines.push(...shown.flatMap(ruleLines));
    if (shown.length < rules.length)
      lines.push(`  ${rules.length - shown.length} more were off or had nothing to look at (--all)`);
  }
  return lines;
}

export async function explainPolicy(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, POLICY_USAGE);
  const [text, ...rest] = positionals;
  if (text === undefined || rest.length > 0) throw usageError('One text in quotes', POLICY_USAGE);
  const regions = (values.region ?? '').split(',').filter((region) => region !== '');
  const wrong = regions.find((region) => !isRegionCode(region));
  if (wrong !== undefined) throw usageError(`"${wrong}" is not a region`, POLICY_USAGE);
  const bundle = await loadBundle(io.policiesDir);
  const note: Note = { kind: 'note', title: '', body: text, regions, context: {}, images: [] };
  const moderate = await io.moderate();
  const { evidence, texts } = await moderate(note, { regions }, new AbortController().signal);
  const now = Date.now();
  const explanation = explain({ facts: factsOf(note, regions, now, now), evidence, texts }, bundle, regions);
  io.out(
    values.json
      ? `${jsonText(explanation, 2)}\n`
      : `${explanationLines(explanation, values.all ?? false).join('\n')}\n`,
  );
  return 0;
}
