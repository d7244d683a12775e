/** Environment -> one frozen Config; all faults reported together. The only reader of process.env. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { BLOBS_ENV } from './config-blobs.js';
import { LLM_ENV, whole } from './config-llm.js';
import { InvalidInputError } from './errors.js';
import { SHIPPED_MODELS_DIR, SHIPPED_POLICIES_DIR } from './paths.js';
import { plainWords } from './plain-words.js';

const flag = (fallback: boolean) =>
  z
    .enum(['0', '1', 'true', 'false'])
    .optional()
    .transform((value) => (value === undefined ? fallback : value === '1' || value === 'true'));
/** An address of the wrong kind would otherwise show only as a server that cannot be reached. */
const addressOf = (schemes: readonly string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol),
      `Not an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
    );

const Range = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
/** Everybody is no range: the server would refuse to start with it. */
const isRange = (text: string): boolean => Range.safeParse(text).success && !text.endsWith('/0');
const ranges = z
  .string()
  .default('')
  .transform((list) => list.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()])))
  .refine((entries) => entries.every(isRange), 'Not addresses or ranges by comma, such as 127.0.0.1,10.0.0.0/8');

/** Each holds the text model; more than these pay only on a machine that was sized for them. */
const MOST_WORKERS = 4;

/** Every variable with its meaning; `.env.example` lists the same, a test compares. */
export const Env = z.object({
  DATABASE_URL: addressOf(['postgresql:', 'postgres:'])
    .optional()
    .describe('PostgreSQL URL; unset: an embedded server under DATA_DIR'),
  REDIS_URL: addressOf(['redis:', 'rediss:'])
    .refine(
      (value) => !URL.canParse(value) || /^(\/\d*)?$/.test(new URL(value).pathname),
      'After the address comes / and the number of a database, or nothing',
    )
    .optional()
    .describe('Redis URL; unset: a private redis-server under DATA_DIR'),
  DATA_DIR: z.string().default('.data').describe('Folder of the embedded servers and of pictures'),
  ...BLOBS_ENV,
  HOST: z.string().default('127.0.0.1').describe('Address that the API listens on'),
  PORT: whole(8080, 0, 65535).describe('Port of the API and dashboard; 0 takes a free one'),
  PUBLIC_URL: addressOf(['https:', 'http:'])
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('URL under which users reach the server; unset: from HOST and PORT'),
  TRUST_PROXY: ranges.describe('Addresses or ranges of proxies by comma, whose X-Forwarded headers are believed'),
  POLICIES_DIR: z.string().default('policies').describe('Folder of region files, terms and notices'),
  TERMS_DIR: z.string().optional().describe('Folder of private term banks beside the shipped ones; unset: none'),
  POLICY_APPROVAL: z
    .enum(['on', 'off'])
    .default('on')
    .describe('off: changed rules of severity 3 and 4 come into force without a second person'),
  POLICY_AUTHOR: z
    .string()
    .default('files')
    .describe('Login of whoever changes the files here: that person cannot approve them'),
  POLICY_POLL_MS: whole(1_000, 50, 60_000).describe('Pause between two questions for what is in force'),
  REMOVALS_PER_DAY: whole(1_000, 1, 10_000_000).describe(
    'Automatic removals per rule, region and day after which the rule only records',
  ),
  MODELS_DIR: z.string().default('models').describe('Folder of local models'),
  TEXT_MODEL: z.string().default('polywarden-text').describe('Text model under MODELS_DIR'),
  WORKERS: z.coerce
    .number('Not a number')
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Worker processes that npm start runs; unset: one per core, at most four'),
  WORKER_CONCURRENCY: whole(8, 1, 256).describe('Notes in flight per worker process'),
  LEASE_MS: whole(60_000, 2_000, 600_000).describe('How long a worker holds a note before another may take it'),
  SWEEP_MS: whole(5_000, 200, 600_000).describe('Pause between two sweeps for due work'),
  SHUTDOWN_MS: whole(10_000, 500, 120_000).describe('Deadline of a graceful stop'),
  MAX_CRASHES: whole(3, 1, 10).describe('Crashes of one note before it is held for a person'),
  BODY_LIMIT_BYTES: whole(2_097_152, 1_024, 67_108_864).describe('Largest request body'),
  TEXT_LIMIT_CHARS: whole(65_536, 256, 1_048_576).describe('Longest title plus body, UTF-16 code units'),
  RATE_LIMIT_PER_MINUTE: whole(60_000, 1, 10_000_000).describe('Requests per API key and minute'),
  IDEMPOTENCY_HOURS: whole(24, 1, 720).describe('How long an idempotency key is remembered'),
  // The longest appeal window of the shipped regions (184 days), and time to answer the last one.
  RETENTION_DAYS: whole(190, 1, 3_650).describe('How long decided notes keep their text and evidence'),
  MODERATIONS_WARM: flag(false).describe('1 loads the text model for POST /v1/moderations soon after the start'),
  WEBHOOK_ALLOW_PRIVATE: flag(false).describe('1 lets webhooks go to private and loopback addresses'),
  WEBHOOK_TIMEOUT_MS: whole(15_000, 500, 60_000).describe('Time limit of one webhook attempt'),
  SESSION_IDLE_MINUTES: whole(60, 1, 10_080).describe('A session ends after this idle time'),
  SESSION_HOURS: whole(12, 1, 720).describe('A session ends after this time in any case'),
  CASE_LEASE_SECONDS: whole(300, 5, 3_600).describe('How long a reviewer holds a case before another may take it'),
  UNDO_SECONDS: whole(10, 0, 300).describe(
    'A decision of a person leaves after this time and can be undone until then',
  ),
  APPEAL_URL: z.url().optional().describe('Address in notices where people appeal; unset: the platform fills it in'),
  OIDC_ISSUER: z.url().optional().describe('Issuer of OpenID Connect; unset: people sign in by password alone'),
  OIDC_CLIENT_ID: z.string().optional().describe('Client id at the issuer'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('Client secret; unset: a public client with PKCE'),
  OIDC_NAME: z.string().default('single sign-on').describe('What the button says'),
  OIDC_SCOPE: z.string().default('openid profile email').describe('Scopes asked for'),
  OIDC_LOGIN_CLAIM: z.string().default('preferred_username').describe('Claim that names the person here'),
  OIDC_ROLE_CLAIM: z.string().default('groups').describe('Claim with one value or a list, mapped by OIDC_ROLES'),
  OIDC_ROLES: z
    .string()
    .default('')
    .describe('role=value pairs by comma, the strongest first: admin=pw-admins,reviewer=pw-reviewers'),
  SECURE_COOKIES: flag(false).describe('1 behind HTTPS: cookies are Secure and carry the __Host- prefix'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
  POLYWARDEN_NO_APT: flag(false).describe('1 forbids installing redis-server by apt'),
  IMAGE_LIMIT_BYTES: whole(10_485_760, 1_024, 67_108_864).describe('Largest picture, uploaded or fetched'),
  UPLOAD_LIMIT_BYTES: whole(33_554_432, 1_024, 268_435_456).describe('Largest multipart request with pictures'),
  IMAGE_ALLOW_PRIVATE: flag(false).describe('1 lets pictures be fetched from private and loopback addresses'),
  IMAGE_FETCH_TIMEOUT_MS: whole(15_000, 200, 120_000).describe(
    'Time limit of fetching one picture, redirects included',
  ),
  IMAGE_DECODE_TIMEOUT_MS: whole(20_000, 200, 120_000).describe('Time limit of decoding one picture'),
  IMAGE_DECODE_MEMORY_MB: whole(768, 128, 8_192).describe('Memory that decoding one picture may take'),
  OCR_START_TIMEOUT_MS: whole(20_000, 1_000, 120_000).describe('Time limit of starting the process that reads words'),
  OCR_TIMEOUT_MS: whole(30_000, 500, 180_000).describe(
    'Time limit of reading the words of one picture; up to thrice where it has several frames or is cut in pieces',
  ),
  OCR_MEMORY_MB: whole(1_024, 256, 8_192).describe('Memory that reading the words of one picture may take'),
  OCR_RECYCLE: whole(300, 1, 10_000).describe('Pictures after which the process that reads words is replaced'),
  IMAGE_MODEL: z
    .string()
    .regex(/^[\w.-]+$/, 'Expected nsfwjs, off, or the name of a folder under MODELS_DIR')
    .default('nsfwjs')
    .describe('Model that looks at pictures: nsfwjs, a folder under MODELS_DIR, or off'),
  IMAGE_MODEL_MEMORY_MB: whole(1_024, 128, 65_536).describe('Memory that the image model may take'),
  IMAGE_MODEL_TIMEOUT_MS: whole(30_000, 200, 120_000).describe('Time limit of the image model for one picture'),
  IMAGE_LOOK_BACK_DAYS: whole(30, 0, 3_650).describe(
    'Age of stored pictures that are looked up again when a hash bank has grown; 0: none',
  ),
  IMAGE_WORKERS: whole(1, 0, 64).describe('Worker processes for pictures that npm start runs'),
  WORKER_QUEUES: z
    .string()
    .regex(
      /^(all|(notes|images|opinions|deliveries|upkeep)(,(notes|images|opinions|deliveries|upkeep))*)$/,
      'Expected all, or some of notes, images, opinions, deliveries and upkeep by comma',
    )
    .default('all')
    .describe('Queues that a worker process takes from: all, or names by comma'),
  ...LLM_ENV,
  TRANSLATION: z
    .enum(['off', 'openai', 'local'])
    .default('off')
    .describe('Who translates for reviewers: nobody, the chat model for translations, or a model under MODELS_DIR'),
  TRANSLATION_LOCAL_MODEL: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/, 'Expected the name of a folder under MODELS_DIR')
    .optional()
    .describe('Folder under MODELS_DIR of the translation model, for TRANSLATION=local'),
  TRANSLATION_AHEAD: z
    .enum(['on', 'off'])
    .default('off')
    .describe('on: open cases are translated before they are opened'),
  TRANSLATION_TO: z
    .string()
    .regex(
      /^[a-z]{2,3}(-[A-Za-z0-9]+)*(,[a-z]{2,3}(-[A-Za-z0-9]+)*)*$/,
      'Expected language tags by comma, such as en,zh-Hans',
    )
    .default('en')
    .describe('Languages that open cases are translated into ahead of time, by comma'),
  TRANSLATION_TIMEOUT_MS: whole(60_000, 500, 600_000).describe(
    'Time limit of one translation that a reviewer asks for',
  ),
  MODEL_THREADS: whole(1, 1, 64).describe('Threads of one model session'),
});
export type Env = z.infer<typeof Env>;

export type Config = Readonly<Omit<Env, 'DATABASE_URL' | 'REDIS_URL' | 'WORKERS' | 'TERMS_DIR'>> & {
  readonly WORKERS: number;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly termsDir: string | null;
};

/** Empty and blank strings count as unset, as in an `.env` file with blank values. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = Env.safeParse(present, { error: plainWords });
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      pointer: `/${issue.path.join('/')}`,
      message: issue.message,
    }));
    const lines = faults.map((fault) => `${fault.pointer.slice(1)}: ${fault.message}`);
    throw new InvalidInputError('config_invalid', `The configuration is not valid:\n${lines.join('\n')}`, faults);
  }
  const { DATABASE_URL, REDIS_URL, TERMS_DIR, ...rest } = parsed.data;
  return Object.freeze({
    ...rest,
    WORKERS: rest.WORKERS ?? Math.min(MOST_WORKERS, availableParallelism()),
    DATA_DIR: path.resolve(rest.DATA_DIR),
    // Unset, those that lie beside the program, so that its commands work in any folder.
    POLICIES_DIR: present['POLICIES_DIR'] === undefined ? SHIPPED_POLICIES_DIR : path.resolve(rest.POLICIES_DIR),
    MODELS_DIR: present['MODELS_DIR'] === undefined ? SHIPPED_MODELS_DIR : path.resolve(rest.MODELS_DIR),
    databaseUrl: DATABASE_URL ?? null,
    redisUrl: REDIS_URL ?? null,
    termsDir: TERMS_DIR === undefined ? null : path.resolve(TERMS_DIR),
  });
}

/** What the store needs to know of the configuration. */
export const retentionOf = (config: Config) => ({
  noteDays: config.RETENTION_DAYS,
  idempotencyHours: config.IDEMPOTENCY_HOURS,
});

/** A file `.env` of the working folder counts where the environment itself does not name a variable. */
export function configFromProcess(folder = process.cwd(), env = process.env): Config {
  const file = path.join(folder, '.env');
  const named = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return readConfig({ ...named, ...env });
}

/** Environment of a child process that shall use the same servers. */
export const childEnvironment = (addresses: {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: addresses.databaseUrl,
  REDIS_URL: addresses.redisUrl,
});
