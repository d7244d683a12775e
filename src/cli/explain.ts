/** `polywarden explain`: why a note was decided so, or what would be decided about a text. */
import { openLog } from '../adapters/log-pino.js';
import { composeOffline } from '../compose.js';
import { type Config, configFromProcess } from '../config.js';
import type { Decision, Evidence, Note, Outcome } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import { STAGE_ORDER } from '../stages/index.js';
import { type Io, readArgs, usageError } from './io.js';
import { regionsIn } from './regions.js';
import { storeFrom, type WithStore } from './store.js';

const EXPLAIN_USAGE = `polywarden explain NOTE_ID
polywarden explain "some text" [--region de,us]

  A note id reads what was stored; anything else is judged now and not stored.`;

const OPTIONS = { region: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
/** A mistyped id is an id that nothing has, not a text. */
const NOTE_ID = /^note_\w+$/u;

export async function explainCommand(
  args: readonly string[],
  io: Io,
  config: Config = configFromProcess(),
  withStore: WithStore = storeFrom(config),
): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, EXPLAIN_USAGE);
  if (values.help) {
    io.stdout.write(`${EXPLAIN_USAGE}\n`);
    return 0;
  }
  const [subject, ...rest] = positionals;
  if (subject === undefined || rest.length > 0) throw usageError('One note id or one text in quotes', EXPLAIN_USAGE);
  const regions = regionsIn(values.region, EXPLAIN_USAGE);
  const lines = NOTE_ID.test(subject) ? await ofNote(subject, withStore) : await ofText(subject, regions, config);
  io.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

async function ofNote(noteId: string, withStore: WithStore): Promise<readonly string[]> {
  const view = await withStore(({ store }) => store.notes.get(null, noteId));
  if (view === null) throw new InvalidInputError('not_found', `There is no note ${noteId}`);
  const lines = [`note ${view.noteId}  external id ${view.externalId}  ${view.status}`];
  for (const revision of view.revisions) {
    lines.push('', `revision ${revision.revision}  ${revision.status}  accepted ${revision.acceptedAt}`);
    if (revision.evidence !== null) lines.push(...evidenceLines(revision.evidence));
    for (const decision of view.decisions.filter((one) => one.revision === revision.revision)) {
      const state = decision.supersededBy === null ? '' : '  superseded';
      lines.push(
        `  #${decision.sequence} by ${decision.by.kind} ${decision.by.id}${state}`,
        ...decisionLines(decision),
      );
    }
  }
  return lines;
}

async function ofText(text: string, regions: readonly string[], config: Config): Promise<readonly string[]> {
  const log = openLog('warn', 'cli');
  const offline = await composeOffline(config, { model: true, log });
  try {
    const note: Note = { kind: 'note', title: '', body: text, regions: [], context: {}, images: [] };
    const { evidence, evaluation } = await offline.moderate(note, { regions }, new AbortController().signal);
    return [...evidenceLines(evidence), ...evaluation.decisions.flatMap(decisionLines)];
  } finally {
    await offline.close();
  }
}

const evidenceLines = (evidence: Evidence): readonly string[] =>
  STAGE_ORDER.map((stage) => `  ${stage}: ${sayOutcome(evidence[stage])}`);

function sayOutcome(outcome: Outcome<unknown>): string {
  switch (outcome.status) {
    case 'found':
      return `found in ${outcome.ms} ms (version ${outcome.version})`;
    case 'skipped':
      return `skipped (${outcome.why})`;
    case 'failed':
      return `failed (${outcome.code}): ${outcome.message}`;
    case 'due':
      return `due until ${outcome.until}`;
  }
}

function decisionLines(decision: Decision): readonly string[] {
  const sides = decision.sideActions.length > 0 ? `  beside it ${decision.sideActions.join(', ')}` : '';
  return [
    `  ${decision.regions.join(', ')}: ${decision.action}${sides}  (policy ${decision.policy})`,
    ...decision.rules.map((hit) => `    rule ${hit.rule}: ${hit.message} -> ${hit.action}, ${hit.ground.ref}`),
    ...decision.gaps.map((gap) => `    gap ${gap.stage} ${gap.status} (${gap.why}) -> ${gap.action}`),
    ...decision.shadow.map((hit) => `    in shadow, without effect: ${hit.rule} -> ${hit.action}`),
  ];
}
