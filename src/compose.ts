/** Config -> App. The only place that constructs clients; a process that needs no model loads none. */

import path from 'node:path';
import { classifierFiles, openClassifier } from './adapters/classifier-transformers.js';
import { openIds, systemClock } from './adapters/clock-ids.js';
import { loadLanguageModel } from './adapters/language-ngrams.js';
import { openLog } from './adapters/log-pino.js';
import { openMetrics, type ProcessMetrics } from './adapters/metrics.js';
import { openPasswordHasher } from './adapters/password-argon2.js';
import { readPromptFiles } from './adapters/prompt-files.js';
import { openQueue, type RedisQueue } from './adapters/queue-bullmq.js';
import { openOpenId } from './adapters/sign-in-openid.js';
import { openStore } from './adapters/store-prisma.js';
import { openFetcher } from './adapters/webhook-fetch.js';
import { closeAll } from './close-all.js';
import { openImageBanks, openTextBanks } from './compose/hash-banks.js';
import { composeImages, type Images } from './compose/images.js';
import { checkModelFiles, laterClassifier, laterLanguageModel } from './compose/later-models.js';
import { composeLlm, type Llm } from './compose/llm.js';
import { composeTranslation, type OpenTranslation } from './compose/translation.js';
import { type Config, retentionOf } from './config.js';
import { codeOf, InvalidInputError } from './errors.js';
import { PROMPTS_DIR } from './paths.js';
import type { Bundle } from './policy/bundle.js';
import type { FullStore, OpenId } from './ports/review.js';
import type { Classifier, Clock, Fetcher, Ids, LanguageModel, Log, PasswordHasher, TextHashBank } from './ports.js';
import { openRules, type Rules } from './rules/open-rules.js';
import { type ModerateNow, moderateWith, type RuleSet } from './usecases/moderate.js';
import type { AskDeps } from './usecases/opinions/ask-opinion.js';
import type { Translation } from './usecases/translate/translate-case.js';

export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: ProcessMetrics;
  readonly store: FullStore;
  readonly queue: RedisQueue;
  readonly fetcher: Fetcher;
  readonly hasher: PasswordHasher;
  readonly classifier: Classifier;
  readonly language: LanguageModel;
  readonly openId: OpenId | null;
  readonly images: Images;
  readonly textBank: TextHashBank;
  readonly llm: Llm;
  /** Null: translation is off. */
  readonly translation: Translation | null;
}
export interface App extends Omit<Ports, 'classifier' | 'language'> {
  readonly config: Config;
  readonly rules: () => RuleSet;
  readonly bundle: () => Bundle;
  /** Without overrides. */
  readonly baseBundle: () => Bundle;
  /** This process asks at once what is in force. */
  readonly followPolicy: () => Promise<void>;
  /** What is wrong with the policy files on disk. */
  readonly filesFault: () => string | null;
  /** Judges without storing anything; the campaign stage has no store here. */
  readonly moderate: ModerateNow;
  /** What second opinions are asked with; null: no language model is configured. */
  readonly opinions: AskDeps | null;
  close(): Promise<void>;
}
export interface Addresses {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}
export interface Wanted {
  /** Name of the process in logs and metrics. */
  readonly part: string;
  /** `when_used` checks at start that the model is there and loads it at the first call. */
  readonly model: 'now' | 'when_used';
  /** Reload policies and terms when a file changes. */
  readonly watch: boolean;
  /** Turn changed files into candidates; one process of an installation does. */
  readonly proposes?: boolean | undefined;
}

/** How old the hash banks of a process may be. */
const BANKS_POLL_MS = 2_000;

type Keep = <T extends { close(): Promise<void> }>(part: T) => T;

export async function compose(
  config: Config,
  addresses: Addresses,
  wanted: Wanted,
  overrides: Partial<Ports> = {},
): Promise<App> {
  const opened: (() => Promise<void>)[] = [];
  const keep: Keep = (part) => {
    opened.push(() => part.close());
    return part;
  };
  const close = (): Promise<void> => closeAll(opened);
  const log = overrides.log ?? openLog(config.LOG_LEVEL, wanted.part);
  try {
    const ports = await openPorts({ config, addresses, wanted, log, keep }, overrides);
    const opinions = opinionsOf(ports.llm, { clock: ports.clock, ids: ports.ids });
    const rules = keep(await openRules(rulesOf(config, wanted, ports, opinions)));
    await notRefused(ports.queue);
    const { classifier: _classifier, language: _language, ...rest } = ports;
    return {
      ...rest,
      config,
      opinions,
      rules: rules.stored,
      bundle: rules.bundle,
      baseBundle: rules.base,
      followPolicy: rules.follow,
      filesFault: rules.filesFault,
      moderate: moderateWith({ rules: rules.unstored, clock: ports.clock, log }),
      close,
    };
  } catch (error) {
    await close().catch((fault: unknown) => log.error('closed with a fault', { error: fault }));
    throw error;
  }
}

interface Opening {
  readonly config: Config;
  readonly addresses: Addresses;
  readonly wanted: Wanted;
  readonly log: Log;
  /** What was opened is closed with the app, or when a later part cannot be opened. */
  readonly keep: Keep;
}

async function openPorts({ config, addresses, wanted, log, keep }: Opening, given: Partial<Ports>): Promise<Ports> {
  const clock = given.clock ?? systemClock;
  const ids = given.ids ?? openIds(clock);
  const metrics = given.metrics ?? openMetrics(wanted.part);
  const store =
    given.store ?? keep(await openStore({ databaseUrl: addresses.databaseUrl, ids, retention: retentionOf(config) }));
  const queue = given.queue ?? keep(openQueue(addresses.redisUrl, log));
  const fetcher = given.fetcher ?? keep(openFetcher({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE }));
  const classifier = given.classifier ?? keep(await modelFor(config, wanted.model));
  const language = given.language ?? languageFor(config, wanted.model);
  const images = given.images ?? {
    ...keep(composeImages(config)),
    bank: keep(await openImageBanks(store, { clock, log, pollMs: BANKS_POLL_MS })),
  };
  const textBank = given.textBank ?? keep(await openTextBanks(store, { clock, log, pollMs: BANKS_POLL_MS }));
  const llm = given.llm ?? (await composeLlm(config, { clock, ids, metrics, runScript: queue.runScript }));
  const translation = given.translation ?? translationOf(composeTranslation(config, llm.translation, ids), keep);
  const hasher = given.hasher ?? openPasswordHasher();
  const openId = given.openId ?? openIdOf(config);
  return {
    ...{ clock, ids, log, metrics, store, queue, fetcher, hasher, classifier, language, openId, images, textBank, llm },
    translation,
  };
}

const rulesOf = (
  config: Config,
  { watch, proposes, model }: Wanted,
  { classifier, language, store, images, textBank, clock, log }: Ports,
  opinions: AskDeps | null,
): Parameters<typeof openRules>[0] => ({
  ...{ config, classifier, language, store, images, textBank, clock, log, watch, proposes },
  opinions: opinions === null ? undefined : { region: opinions.chat.region },
  eager: model === 'now',
});

/** Redis may be away at a start; a database that it does not have will never be there. */
async function notRefused(queue: Pick<RedisQueue, 'ping'>): Promise<void> {
  await queue.ping().catch((error: unknown) => {
    if (codeOf(error) === 'config_invalid') throw error;
  });
}

function opinionsOf({ opinion, moderation }: Llm, ports: Pick<AskDeps, 'clock' | 'ids'>): AskDeps | null {
  if (opinion === null) return null;
  return { chat: opinion, moderation, prompts: readPromptFiles(path.join(PROMPTS_DIR, 'opinion')), ...ports };
}

function translationOf(
  translation: OpenTranslation | null,
  keep: (part: OpenTranslation) => OpenTranslation,
): Translation | null {
  return translation === null ? null : keep(translation);
}

function openIdOf(config: Config): OpenId | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = config;
  if (issuer === undefined) return null;
  if (clientId === undefined) throw new InvalidInputError('config_invalid', 'OIDC_ISSUER needs OIDC_CLIENT_ID');
  return openOpenId({
    issuer,
    clientId,
    clientSecret: config.OIDC_CLIENT_SECRET ?? null,
    name: config.OIDC_NAME,
    scope: config.OIDC_SCOPE,
    loginClaim: config.OIDC_LOGIN_CLAIM,
    roleClaim: config.OIDC_ROLE_CLAIM,
  });
}

const modelDir = (config: Config): string => path.join(config.MODELS_DIR, config.TEXT_MODEL);

async function modelFor(config: Config, when: Wanted['model']): Promise<Classifier> {
  const open = () => openClassifier({ dir: modelDir(config), threads: config.MODEL_THREADS });
  if (when === 'now') return open();
  await checkModelFiles([...classifierFiles(modelDir(config)), languageFile(config)]);
  return laterClassifier(config.TEXT_MODEL, open);
}

const languageFile = (config: Config): string => path.join(config.MODELS_DIR, 'language', 'language.bin.gz');

function languageFor(config: Config, when: Wanted['model']): LanguageModel {
  const file = languageFile(config);
  return when === 'now' ? loadLanguageModel(file) : laterLanguageModel(() => loadLanguageModel(file));
}

export interface Offline {
  readonly rules: Rules;
  readonly moderate: ModerateNow;
  close(): Promise<void>;
}

/** Pipeline and policies alone: no database, no Redis. Without a model the classify stage says so. */
export async function composeOffline(
  config: Config,
  options: { readonly model: boolean; readonly log: Log; readonly images?: Images | undefined },
): Promise<Offline> {
  const { log } = options;
  const classifier = options.model ? await modelFor(config, 'now') : null;
  const images = options.images ?? composeImages(config);
  const opened = [() => images.close()];
  if (classifier !== null) opened.unshift(() => classifier.close());
  const close = (): Promise<void> => closeAll(opened);
  try {
    const rules = await openRules({
      config,
      classifier,
      language: languageFor(config, 'now'),
      store: null,
      images,
      clock: systemClock,
      log,
      watch: false,
      eager: true,
    });
    opened.push(() => rules.close());
    return { rules, moderate: moderateWith({ rules: rules.unstored, clock: systemClock, log }), close };
  } catch (error) {
    await close().catch((fault: unknown) => log.error('closed with a fault', { error: fault }));
    throw error;
  }
}
