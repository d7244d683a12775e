/** `polywarden policy explain`: which rule looked at what values, and why it did or did not fire. */
import { loadBundle } from '../../adapters/policy-folder.js';
import type { Note } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import { type Bundle, compileBundle } from '../../policy/bundle.js';
import { filesIn } from '../../policy/bundle-content.js';
import type { EvaluationInput } from '../../policy/context-values.js';
import { type Explanation, explain, type RuleTrace } from '../../policy/explain.js';
import { withOverrides } from '../../policy/overrides.js';
import type { FullStore } from '../../ports/review.js';
import { factsOf } from '../../usecases/moderate.js';
import { partsOf } from '../../usecases/note-texts.js';
import { bundleAsOf, type Moment, momentOf } from '../../usecases/review/bundles.js';
import { readArgs, usageError } from '../io.js';
import { jsonText } from '../json-text.js';
import { regionsIn } from '../regions.js';
import { liveOverrides } from './in-force.js';
import { type PolicyIo, usageOf } from './policy-io.js';

const OPTIONS = {
  json: { type: 'boolean' },
  region: { type: 'string' },
  all: { type: 'boolean' },
  overrides: { type: 'boolean' },
  'as-decided': { type: 'boolean' },
} as const;
const NOTE_ID = /^note_[0-9A-Za-z]+$/;

const SIGNS: Readonly<Record<RuleTrace['effect'], string>> = {
  fired: '+',
  error: '!',
  shadow: 's',
  exempted: 'x',
  no: '-',
  not_asked: '.',
  disabled: 'o',
};

/** What spoke comes first; the signs stand in that order. */
const ORDER = Object.keys(SIGNS);

/** Three places tell scores apart; --json has all of them. */
const shownValue = (value: unknown): string =>
  jsonText(typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value);

function ruleLines(trace: RuleTrace): readonly string[] {
  const head = `  ${SIGNS[trace.effect]} ${trace.rule} (${trace.category} ${trace.severity}, ${trace.mode}) -> ${trace.action}: ${trace.why}`;
  const looked = trace.looked.map(({ side, clause, value, of }) => {
    const parts = Object.entries(of).map(([part, known]) => `${part} = ${shownValue(known)}`);
    return `      ${side} ${clause} = ${shownValue(value)}${parts.length === 0 ? '' : `   (${parts.join(', ')})`}`;
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
    const shown = rules
      .filter((rule) => all || (rule.effect !== 'not_asked' && rule.effect !== 'disabled'))
      .toSorted((a, b) => ORDER.indexOf(a.effect) - ORDER.indexOf(b.effect));
    lines.push(...shown.flatMap(ruleLines));
    if (shown.length < rules.length)
      lines.push(`  ${rules.length - shown.length} more were off or had nothing to look at (--all)`);
  }
  return lines;
}

interface Asked {
  readonly bundle: Bundle;
  readonly input: EvaluationInput;
  readonly regions: readonly string[];
}

async function aboutText(text: string, regions: readonly string[], bundle: Bundle, io: PolicyIo): Promise<Asked> {
  const note: Note = { kind: 'note', title: '', body: text, regions, context: {}, images: [] };
  const moderate = await io.moderate();
  const { evidence, texts } = await moderate(note, { regions }, new AbortController().signal);
  const now = io.now();
  return { bundle, input: { facts: factsOf(note, regions, now, now), evidence, texts }, regions };
}

/** From what was stored, as of the time of the decision; `asDecided`: under the bundle and the overrides of that time. */
async function aboutNote(
  noteId: string,
  asked: readonly string[],
  rules: { readonly bundle: Bundle; readonly asDecided: boolean },
  store: FullStore,
): Promise<Asked> {
  const view = await store.notes.get(null, noteId);
  const revision = view?.revisions.findLast(({ evidence }) => evidence !== null);
  if (view === null) throw new InvalidInputError('not_found', `There is no note ${noteId}`);
  if (revision === undefined || revision.note === null || revision.evidence === null) {
    throw new InvalidInputError('not_found', `${noteId} has no evidence yet, or its text is no longer kept`);
  }
  const { note, evidence, acceptedAt } = revision;
  const own = view.decisions.filter((one) => one.revision === revision.revision && one.by.kind === 'policy');
  const moment = momentOf(own, null);
  const regions = asked.length > 0 ? asked : [...new Set(own.flatMap((decision) => decision.regions))];
  const at = Date.parse(moment.at ?? revision.decidedAt ?? acceptedAt);
  const facts = factsOf(note, regions, at, Date.parse(acceptedAt));
  const texts = partsOf(note, evidence);
  const bundle = rules.asDecided ? await bundleOfThen(store, own.at(-1)?.bundleHash ?? '', moment) : rules.bundle;
  return { bundle, input: { facts, evidence, texts }, regions };
}

async function bundleOfThen(store: FullStore, hash: string, moment: Moment): Promise<Bundle> {
  const content = await store.bundles.get(hash);
  if (content === null) throw new InvalidInputError('not_found', 'The bundle of that time is no longer stored');
  return bundleAsOf(compileBundle(filesIn(content)), moment, store.policy);
}

export async function explainPolicy(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, usageOf('explain'));
  const [text, ...rest] = positionals;
  if (text === undefined || rest.length > 0)
    throw usageError('One text in quotes, or the id of a note', usageOf('explain'));
  const regions = regionsIn(values.region, usageOf('explain'));
  const isNote = NOTE_ID.test(text);
  if (values['as-decided'] && !isNote) throw usageError('--as-decided needs the id of a note', usageOf('explain'));
  const overrides = values.overrides ? await liveOverrides(io) : [];
  const bundle = withOverrides(await loadBundle(io.policiesDir), overrides);
  const asDecided = values['as-decided'] ?? false;
  const asked = isNote
    ? await io.withStore((store) => aboutNote(text, regions, { bundle, asDecided }, store))
    : await aboutText(text, regions, bundle, io);
  const explanation = explain(asked.input, asked.bundle, asked.regions);
  io.out(
    values.json
      ? `${jsonText(explanation, 2)}\n`
      : `${explanationLines(explanation, values.all ?? false).join('\n')}\n`,
  );
  return 0;
}
