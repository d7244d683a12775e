/** Every route of the API; who may call it is said in permissions.ts. */
import { bundlesWith } from '../usecases/review/bundles.js';
import type { ApiDeps, ApiServer } from './deps.js';
import { type Desk, deskOf } from './desk.js';
import { noteAnswerWith } from './note-answer.js';
import { openapiRoutes } from './openapi.js';
import { batchRoutes } from './routes/batch.js';
import { deliveryRoutes } from './routes/deliveries.js';
import { healthRoutes } from './routes/health.js';
import { imageRoutes } from './routes/images.js';
import { keyRoutes } from './routes/keys.js';
import { moderationRoutes } from './routes/moderations.js';
import { submitRoutes } from './routes/notes.js';
import { eraseRoutes, readRoutes } from './routes/notes-read.js';
import { openIdRoutes } from './routes/openid.js';
import { overviewRoutes } from './routes/overview.js';
import { ownRoutes } from './routes/own.js';
import { peopleRoutes } from './routes/people.js';
import { policyRoutes } from './routes/policies.js';
import { policyTryRoutes } from './routes/policy-try.js';
import { caseRoutes } from './routes/review-case.js';
import { decisionRoutes } from './routes/review-decision.js';
import { eventRoutes } from './routes/review-events.js';
import { figureRoutes } from './routes/review-figures.js';
import { userRoutes } from './routes/review-people.js';
import { pleaRoutes } from './routes/review-pleas.js';
import { queueRoutes } from './routes/review-queue.js';
import { translationRoutes } from './routes/review-translation.js';
import { sealedRoutes } from './routes/sealed-notes.js';
import { secondOpinionRoutes } from './routes/second-opinion.js';
import { webhookRoutes } from './routes/webhooks.js';

export function addRoutes(server: ApiServer, deps: ApiDeps): void {
  const { store, bundle: current, baseBundle: base, log } = deps;
  const bundleAt = bundlesWith({ bundles: store.bundles, versions: store.policy, current, base, log });
  const answerOf = noteAnswerWith({ bundleAt, appealUrl: deps.config.APPEAL_URL ?? null });
  submitRoutes(server, deps, answerOf);
  batchRoutes(server, deps);
  readRoutes(server, deps, answerOf);
  eraseRoutes(server, deps);
  sealedRoutes(server, deps);
  imageRoutes(server, deps);
  moderationRoutes(server, deps);
  webhookRoutes(server, deps);
  deliveryRoutes(server, deps);
  overviewRoutes(server, deps);
  keyRoutes(server, deps);
  reviewRoutes(server, deps, deskOf(deps, bundleAt));
  policyRoutes(server, deps);
  policyTryRoutes(server, deps);
  peopleRoutes(server, deps);
  healthRoutes(server, deps);
  openapiRoutes(server);
}

function reviewRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  queueRoutes(server, deps, desk);
  eventRoutes(server, deps, desk);
  caseRoutes(server, deps, desk);
  decisionRoutes(server, deps, desk);
  secondOpinionRoutes(server, deps, desk);
  translationRoutes(server, deps, desk);
  pleaRoutes(server, deps);
  figureRoutes(server, deps);
  userRoutes(server, deps, desk);
  ownRoutes(server, deps);
  openIdRoutes(server, deps);
}
