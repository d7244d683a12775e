/** What the HTTP API needs of the world; compose builds it, tests hand in fakes. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Config } from '../config.js';
import type { Bundle } from '../policy/bundle.js';
import type { FullStore, OpenId } from '../ports/review.js';
import type { Blobs, Clock, Ids, ImageDecoder, Log, Metrics, PasswordHasher, Queue } from '../ports.js';
import type { ModerateNow } from '../usecases/moderate.js';
import type { Translation } from '../usecases/translate/translate-case.js';

export interface Readiness {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface ApiDeps {
  readonly config: Config;
  readonly store: FullStore;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hasher: PasswordHasher;
  bundle(): Bundle;
  /** Without overrides; unset: as `bundle`. */
  readonly baseBundle?: (() => Bundle) | undefined;
  /** This process asks at once what is in force. */
  readonly followPolicy?: (() => Promise<void>) | undefined;
  /** What is wrong with the policy files on disk. */
  readonly filesFault?: (() => string | null) | undefined;
  /** Where pictures lie, and who shows them. */
  readonly images: { readonly blobs: Blobs; readonly readers: { readonly decoder: Pick<ImageDecoder, 'view'> } };
  readonly moderate: ModerateNow;
  /** Null or unset: nothing is translated. */
  readonly translation?: Translation | null | undefined;
  /** Null or unset: no language model is configured. */
  readonly opinions?: object | null | undefined;
  /** Null or unset: people sign in by password alone. */
  readonly openId?: OpenId | null | undefined;
  ready(): Promise<readonly Readiness[]>;
  /** Adds what other folders serve on the same port: queue board, dashboard files. Their paths need a rule too. */
  readonly mount?: ((server: FastifyInstance) => Promise<void>) | undefined;
}

/** The server as the route files see it: bodies, queries and answers are typed by their zod schemas. */
export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
