/** POST /v1/notes: 202 once the note is committed, or 200 with its decisions when they fall in the asked time. */
import { NoteInput } from '../../usecases/note-input.js';
import { submitNote } from '../../usecases/submit.js';
import { keyOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { answeredOrThrow, DOCUMENTED_KEY, idempotencyKeyOf } from '../idempotency.js';
import { acceptedAnswer, linksOf, type NoteAnswerer } from '../note-answer.js';
import { problems } from '../schemas/common.js';
import { AcceptedAnswer, NoteAnswer } from '../schemas/note.js';
import { submitPorts } from '../submit-ports.js';
import { DOCUMENTED_WAIT, decisionWaiter, waitSeconds } from '../wait.js';

export function submitRoutes(server: ApiServer, deps: ApiDeps, answerOf: NoteAnswerer): void {
  const ports = submitPorts(deps);
  const waitForDecision = decisionWaiter(deps.store.notes);
  server.route({
    method: 'POST',
    url: '/v1/notes',
    config: { documented: { ...DOCUMENTED_KEY, ...DOCUMENTED_WAIT } },
    schema: {
      tags: ['notes'],
      summary: 'Submit a note or a new revision of it',
      body: NoteInput,
      response: { 200: NoteAnswer, 202: AcceptedAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const { sourceId, scopes } = keyOf(request);
      const input = request.body;
      const submission = { sourceId, input, idempotencyKey: idempotencyKeyOf(request) };
      const stored = answeredOrThrow(await submitNote(ports, submission));
      void reply.header('location', linksOf(stored.noteId).self);
      if (stored.kind === 'replayed') void reply.header('idempotency-replayed', 'true');
      // The answer shows the note with every revision: a key that may only write is told by its id alone.
      const seconds = scopes.includes('notes:read') ? waitSeconds(request.headers['prefer']) : 0;
      if (seconds > 0) {
        const awaited = { sourceId, noteId: stored.noteId, revisionId: stored.revisionId };
        const view = await waitForDecision(awaited, seconds, () => request.socket.destroyed);
        void reply.header('preference-applied', `wait=${seconds}`);
        if (view !== null) return reply.code(200).send(await answerOf(view));
      }
      return reply.code(202).send(acceptedAnswer(input.externalId, stored));
    },
  });
}
