/** The second opinion on the note of a case: reading it, and asking for one. */
import type { DeliberateEvidence, OpinionFinding } from '../../domain.js';
import { InvalidInputError, UnavailableError } from '../../errors.js';
import { nudgeOf } from '../../jobs.js';
import type { OpinionExchange, OpinionState } from '../../ports/opinions.js';
import type { CaseFile } from '../../ports/review.js';
import { partsOf } from '../../usecases/note-texts.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import type { Desk } from '../desk.js';
import { IdParams, problems } from '../schemas/common.js';
import { AskedAnswer, SecondOpinionAnswer } from '../schemas/second-opinion.js';

const tags = ['cases'];

export function secondOpinionRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock } = deps;
  const isConfigured = (deps.opinions ?? null) !== null;
  server.route({
    method: 'GET',
    url: '/v1/cases/:id/second-opinion',
    schema: {
      tags,
      summary: 'What a language model says of the note, with the places that it quotes',
      params: IdParams,
      response: { 200: SecondOpinionAnswer, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const file = await desk.file(sight, request.params.id);
      const { revisionId } = file.row;
      const [state, exchanges] = [await store.opinions.state(revisionId), await store.opinions.exchanges(revisionId)];
      return { configured: isConfigured, ...answerOf(file, state), exchanges: exchanges.map(exchangeAnswer) };
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/second-opinion',
    schema: {
      tags,
      summary: 'Ask a language model about the note, within the budgets of its regions; it decides nothing',
      params: IdParams,
      response: { 202: AskedAnswer, ...problems },
    },
    handler: async (request, reply) => {
      if (!isConfigured) throw new UnavailableError('llm_unavailable', 'No language model is configured here.');
      const sight = await desk.sight(request);
      const row = await desk.row(sight, request.params.id);
      if (row.status !== 'open') throw new InvalidInputError('conflict', 'The case is closed.');
      const asked = await store.opinions.ask(row.revisionId, sight.userId, clock.now());
      if (asked === null) throw new InvalidInputError('conflict', 'There is nothing of the note to ask about.');
      if (asked) {
        const actor = { kind: 'user', id: sight.userId } as const;
        const detail = { caseId: row.caseId, revision: row.revision };
        await store.audit.append({ actor, verb: 'opinion.asked', subject: row.noteId, detail }, clock.now());
        await nudge(deps, row.revisionId);
      }
      return reply.code(202).send({ status: 'due' as const });
    },
  });
}

async function nudge(deps: ApiDeps, revisionId: string): Promise<void> {
  try {
    await deps.queue.nudge([nudgeOf('opinions', revisionId, deps.clock.now())]);
  } catch (error) {
    // The sweeper nudges again.
    deps.log.warn('opinion not nudged', { revisionId, error });
  }
}

type Answer = Omit<SecondOpinionAnswer, 'configured' | 'exchanges'>;

function answerOf(file: CaseFile, { status, askedBy, outcome }: OpinionState): Answer {
  const none = { askedBy, why: null, reasons: [], opinions: [], scores: [] };
  if (status !== 'done' || outcome === null) return { ...none, status: status === 'due' ? 'due' : 'none' };
  switch (outcome.status) {
    case 'found':
      return { ...none, status: 'found', ...foundAnswer(file, outcome.value) };
    case 'failed':
      return { ...none, status: 'failed', why: outcome.code };
    case 'skipped':
      return { ...none, status: 'skipped', why: outcome.why };
    case 'due':
      return { ...none, status: 'due' };
  }
}

function foundAnswer(file: CaseFile, value: DeliberateEvidence): Pick<Answer, 'reasons' | 'opinions' | 'scores'> {
  const texts = textsOfFile(file);
  const finding = (one: OpinionFinding): Answer['opinions'][number]['findings'][number] => ({
    ...one,
    spans: one.spans.map((span) => ({ ...span })),
    quote: one.spans.map(({ start, end }) => (texts.get(one.part) ?? '').slice(start, end)).join(' … '),
  });
  return {
    reasons: [...value.reasons],
    opinions: value.opinions.map((opinion) => ({ ...opinion, findings: opinion.findings.map(finding) })),
    scores: value.findings.map(({ category, score, detector }) => ({ category, score, detector })),
  };
}

function textsOfFile({ note, evidence }: CaseFile): ReadonlyMap<string, string> {
  return note === null ? new Map() : new Map(partsOf(note, evidence).map(({ part, text }) => [part, text.raw]));
}

const exchangeAnswer = (one: OpinionExchange): SecondOpinionAnswer['exchanges'][number] => ({
  id: one.exchangeId,
  at: new Date(one.at).toISOString(),
  model: one.model,
  answeredBy: one.answeredBy,
  endpointRegion: one.endpointRegion,
  promptVersion: one.promptVersion,
  bundleHash: one.bundleHash,
  outcome: one.outcome,
  tokens: one.promptTokens + one.completionTokens,
  costMicros: one.costMicros,
  ms: one.ms,
});
