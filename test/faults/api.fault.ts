/** The API against callers who may not, bodies that make no sense, and texts that were written to break things. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { connect } from '../../src/adapters/postgres.js';
import { cookieName } from '../../src/api/auth.js';
import { ruleOf } from '../../src/api/permissions.js';
import { ROLES, type Role, SCOPES, type Scope } from '../../src/ports/store.js';
import { createKey } from '../../src/usecases/keys.js';
import { hashToken } from '../../src/usecases/sign-in.js';
import { noteBody, type System } from '../support/running.js';
import type { Form } from './support/form.js';
import { row } from './support/row.js';
import { inWorld } from './support/world.js';

interface Caller {
  readonly name: string;
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  /** Null: nobody may be let in who comes like this. */
  readonly may: { readonly scope?: Scope; readonly role?: Role } | null;
}
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

const keyHeaders = async (
  system: System,
  sourceName: string,
  scopes: readonly Scope[],
  expiresAt: string | null = null,
) => {
  const ports = { access: system.app.store.access, ids: system.app.ids, clock: system.app.clock };
  const { key, text } = await createKey(ports, { sourceName, label: 'walk', scopes, expiresAt });
  return { keyId: key.keyId, headers: { authorization: `Bearer ${text}` } };
};

let logins = 0;
async function signedIn(system: System, role: Role): Promise<{ userId: string; headers: Record<string, string> }> {
  const { access } = system.app.store;
  const now = system.app.clock.now();
  logins += 1;
  const user = await access.createUser({ login: `${role}-${logins}`, passwordHash: 'x', role }, now);
  const [token, csrfToken] = [system.app.ids.secret(32), system.app.ids.secret(32)];
  await access.createSession({ userId: user.userId, tokenHash: hashToken(token), csrfToken, absoluteMs: 600_000 }, now);
  const headers = { cookie: `${cookieName(system.config)}=${token}`, 'x-csrf-token': csrfToken };
  return { userId: user.userId, headers };
}

async function callersOf(system: System): Promise<readonly Caller[]> {
  const revoked = await keyHeaders(system, 'walk', SCOPES);
  await system.app.store.access.revokeKey(revoked.keyId, { kind: 'system', id: 'test' }, Date.now());
  const expired = await keyHeaders(system, 'walk', SCOPES, new Date(Date.now() - 1_000).toISOString());
  const scoped = await Promise.all(
    SCOPES.map(async (scope): Promise<Caller> => {
      const { headers } = await keyHeaders(system, 'walk', [scope]);
      return { name: `key ${scope}`, headers: async () => headers, may: { scope } };
    }),
  );
  const still = (name: string, headers: Readonly<Record<string, string>>): Caller => ({
    name,
    headers: async () => headers,
    may: null,
  });
  return [
    still('nobody', {}),
    still('revoked key', revoked.headers),
    still('expired key', expired.headers),
    { name: 'disabled user', headers: () => disabledUser(system), may: null },
    ...scoped,
    ...ROLES.map(
      (role): Caller => ({ name: role, headers: async () => (await signedIn(system, role)).headers, may: { role } }),
    ),
  ];
}

async function disabledUser(system: System): Promise<Readonly<Record<string, string>>> {
  const { userId, headers } = await signedIn(system, 'admin');
  await sql(system, 'UPDATE users SET disabled = true WHERE id = $1', [userId]);
  return headers;
}

async function sql<T extends object>(system: System, text: string, values: readonly unknown[] = []): Promise<T[]> {
  const connection = await connect(system.databaseUrl);
  try {
    return (await connection.query<T>(text, [...values])).rows;
  } finally {
    await connection.end();
  }
}

/** Streams do not end; what has not answered by then was let in. */
const ANSWER_MS = 4_000;
let addresses = 0;

async function call(
  system: System,
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: object,
) {
  addresses += 1;
  // Each from an address of its own, so that no limit per address hides an answer.
  const remoteAddress = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const asking = system.server.inject({
    method: method as Method,
    url,
    headers: { ...headers, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    remoteAddress,
    ...(hasBody ? { payload: JSON.stringify(body ?? {}) } : {}),
  });
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), ANSWER_MS).unref());
  const answer = await Promise.race([asking, late]);
  return answer === null
    ? { status: 200, body: '', type: '' }
    : { status: answer.statusCode, body: answer.body, type: String(answer.headers['content-type'] ?? '') };
}

const filled = (url: string, value: string): string => url.replace(/:\w+/g, value).replace('*', 'x');

row(17, 'Route x role matrix', { short: 120, full: 200 }, () =>
  inWorld({}, async ({ system }) => {
    const callers = await callersOf(system);
    const routes = system.server.liveRoutes;
    const ruleless = routes.filter(({ method, url }) => ruleOf(method, url) === null);
    const wrong: string[] = [];
    let guarded = 0;
    let cells = 0;
    for (const { method, url } of routes) {
      const rule = ruleOf(method, url);
      if (rule === null || rule.who === 'anyone') continue;
      guarded += 1;
      for (const { name, headers, may } of callers) {
        cells += 1;
        const isAllowed =
          may !== null &&
          ((may.scope !== undefined && rule.scopes.includes(may.scope)) ||
            (may.role !== undefined && rule.roles.includes(may.role)));
        const { status } = await call(system, method, filled(url, 'none_00000001'), await headers());
        const isRefused = status === 401 || status === 403;
        if (isRefused === isAllowed) wrong.push(`${method} ${url} as ${name}: ${status}`);
      }
    }
    return {
      figure: `${guarded} guarded routes, ${callers.length} kinds of caller, ${cells} cells, wrong cells ${wrong.length}${wrong.length > 0 ? ` (${wrong.slice(0, 3).join('; ')})` : ''}, routes without a rule ${ruleless.length}`,
      holds: {
        'no wrong cell': wrong.length === 0,
        'no route without a rule': ruleless.length === 0,
        'many cells': cells > 200,
      },
    };
  }),
);

row(18, 'Object and field level', { short: 90, full: 120 }, () =>
  inWorld({}, async ({ system }) => {
    system.startWorker();
    const note = await system.post('/v1/notes', noteBody('secret-of-a'));
    const { id: noteId }: { id: string } = note.json();
    await system.decided(noteId);
    const ids = await idsOf(system);
    const b = (await keyHeaders(system, 'tenant-b', SCOPES)).headers;
    const { leaks, asked } = await askForeign(system, [...ids, 'author-1'], b);
    let probes = asked;
    const list = await call(system, 'GET', '/v1/notes?externalId=secret-of-a', b);
    if (list.body.includes(noteId)) leaks.push('GET /v1/notes');
    const unowned = ['status', 'decisions', 'id', 'sourceId', 'revision', 'role', 'action', 'bundleHash'];
    const taken: string[] = [];
    for (const field of unowned) {
      probes += 1;
      const answer = await system.post('/v1/notes', { ...noteBody(`field-${field}`), [field]: 'x' });
      if (answer.status < 400) taken.push(field);
    }
    const seconds = await revocationSeconds(system);
    return {
      figure: `${probes} probes, leaks ${leaks.length}${leaks.length > 0 ? ` (${leaks.slice(0, 3).join('; ')})` : ''}, fields taken that are not the caller's ${taken.length}, a revoked key and a disabled person stop after ${seconds.toFixed(1)} s`,
      holds: {
        'no leak': leaks.length === 0,
        'no field': taken.length === 0,
        'revocation is at once': seconds < 1,
        'still there for its owner': (await system.get(`/v1/notes/${noteId}`)).status === 200,
      },
    };
  }),
);

/** Every route with an id that a key may call, asked with the ids of another tenant. */
async function askForeign(system: System, ids: readonly string[], headers: Readonly<Record<string, string>>) {
  const isAsked = ({ method, url }: { readonly method: string; readonly url: string }): boolean => {
    const rule = ruleOf(method, url);
    return url.includes(':') && url.startsWith('/v1') && rule?.who === 'known' && rule.scopes.length > 0;
  };
  const leaks: string[] = [];
  const routes = system.server.liveRoutes.filter(isAsked);
  for (const { method, url } of routes) {
    for (const id of ids) {
      const { status, body } = await call(system, method, filled(url, id), headers);
      if (status < 400 || body.includes('secret-of-a')) leaks.push(`${method} ${url} ${status}`);
    }
  }
  return { leaks, asked: routes.length * ids.length };
}

/** Every id that belongs to the first tenant. */
async function idsOf(system: System): Promise<readonly string[]> {
  const hook = await system.post('/v1/webhooks', { url: 'http://127.0.0.1:9/x', events: ['endpoint.test'] });
  const { id: endpoint }: { id: string } = hook.json();
  await system.post(`/v1/webhooks/${endpoint}/test`, {});
  const rows = await sql<{ id: string }>(
    system,
    `SELECT id FROM notes UNION ALL SELECT id FROM revisions UNION ALL SELECT id FROM decisions UNION ALL SELECT id FROM cases
      UNION ALL SELECT id FROM webhook_endpoints UNION ALL SELECT id FROM deliveries UNION ALL SELECT id FROM events
      UNION ALL SELECT id FROM api_keys WHERE source_id = $1`,
    [system.sourceId],
  );
  return rows.map(({ id }) => id);
}

async function revocationSeconds(system: System): Promise<number> {
  const key = await keyHeaders(system, 'walk', SCOPES);
  const person = await signedIn(system, 'admin');
  await call(system, 'GET', '/v1/notes', key.headers);
  await call(system, 'GET', '/v1/notes', person.headers);
  const started = performance.now();
  await system.app.store.access.revokeKey(key.keyId, { kind: 'system', id: 'test' }, Date.now());
  await sql(system, 'UPDATE users SET disabled = true WHERE id = $1', [person.userId]);
  for (;;) {
    const answers = [
      await call(system, 'GET', '/v1/notes', key.headers),
      await call(system, 'GET', '/v1/notes', person.headers),
    ];
    const seconds = (performance.now() - started) / 1_000;
    if (answers.every(({ status }) => status === 401) || seconds > 10) return seconds;
  }
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** A value that the schema allows, as far as its keywords say. */
function sample(schema: Schema, file: OpenApi, random: () => number, depth = 0): unknown {
  if (schema.$ref !== undefined) {
    const named = file.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    return named === undefined || depth > 6 ? {} : sample(named, file, random, depth + 1);
  }
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined)
    return sample(choices[Math.floor(random() * choices.length)] ?? {}, file, random, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[Math.floor(random() * schema.enum.length)];
  return sampleOf(schema, (inner) => sample(inner, file, random, depth + 1), random);
}

function sampleOf(schema: Schema, inside: (schema: Schema) => unknown, random: () => number): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object': {
      const required = new Set(schema.required ?? []);
      const chosen = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name) || random() < 0.4);
      return Object.fromEntries(chosen.map(([name, inner]) => [name, inside(inner)]));
    }
    case 'array':
      return Array.from({ length: Math.floor(random() * 3) + 1 }, () => inside(schema.items ?? {}));
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, Math.floor(random() * 5));
    case 'boolean':
      return random() < 0.5;
    default:
      return sampleText(schema, random);
  }
}

function sampleText(schema: Schema, random: () => number): string {
  if (schema.format === 'date-time') return new Date(1_700_000_000_000 + Math.floor(random() * 1e9)).toISOString();
  if (schema.format === 'uri') return 'http://127.0.0.1:9/x';
  return `word-${Math.floor(random() * 1e9)}`.padEnd(schema.minLength ?? 0, 'x');
}

const NONSENSE: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  2 ** 60,
  '',
  'x'.repeat(70_000),
  [],
  {},
  [[[]]],
  { __proto__x: 1 },
  '\u0000',
  '\ud800',
  '1e400',
  'DROP TABLE notes',
  '../../etc',
];

/** Puts nonsense at a place of the value, or takes a place away. */
function spoiled(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15)
    return NONSENSE[Math.floor(random() * NONSENSE.length)];
  if (Array.isArray(value)) return value.map((item, at) => (at === 0 ? spoiled(item, random) : item));
  const entries = Object.entries(value);
  const kind = random();
  if (kind < 0.2 || entries.length === 0) return { ...value, [`unknown_${Math.floor(random() * 9)}`]: 1 };
  const at = Math.floor(random() * entries.length);
  if (kind < 0.4) return Object.fromEntries(entries.filter((_, n) => n !== at));
  return Object.fromEntries(entries.map(([name, inner], n) => [name, n === at ? spoiled(inner, random) : inner]));
}

interface Fuzzed {
  cases: number;
  invalid: number;
  readonly faults: { server: string[]; undocumented: string[]; accepted: string[]; plain: string[] };
}

row(19, 'Contract fuzz', { short: 180, full: 900 }, (form) =>
  inWorld({ env: { RATE_LIMIT_PER_MINUTE: '10000000' } }, async ({ system }) => {
    const file: OpenApi = (await system.get('/openapi.json')).json();
    const operations = Object.entries(file.paths).flatMap(([url, methods]) =>
      Object.entries(methods)
        .filter(([method]) => ['post', 'put', 'patch', 'delete', 'get'].includes(method))
        .map(([method, operation]) => ({ url, method: method.toUpperCase(), operation })),
    );
    const out: Fuzzed = { cases: 0, invalid: 0, faults: { server: [], undocumented: [], accepted: [], plain: [] } };
    const total = form.of(1_500, 10_000);
    const random = form.random('row 19');
    const key = (await keyHeaders(system, 'fuzz', SCOPES)).headers;
    const validators = validatorsOf(file);
    while (out.cases < total) {
      const one = operations[Math.floor(random() * operations.length)];
      if (one !== undefined) await fuzzOne(system, one, { file, key, random, validators, form, out });
    }
    const { server, undocumented, accepted, plain } = out.faults;
    const first = [...server, ...undocumented, ...accepted, ...plain][0];
    return {
      figure: `${out.cases} cases over ${operations.length} operations, ${out.invalid} invalid: 5xx ${server.length}, undocumented statuses ${undocumented.length}, invalid accepted ${accepted.length}, errors that are no problem+json ${plain.length}${first === undefined ? '' : ` (${first})`}; JSONTestSuite not run`,
      holds: {
        'no 5xx': server.length === 0,
        'no undocumented status': undocumented.length === 0,
        'nothing invalid accepted': accepted.length === 0,
        'every error is a problem': plain.length === 0,
      },
    };
  }),
);

const validatorsOf = (file: OpenApi) => {
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', ...file });
  const known = new Map<Operation, (value: unknown) => boolean>();
  return (url: string, method: string, operation: Operation): ((value: unknown) => boolean) | null => {
    if (operation.requestBody?.content['application/json'] === undefined) return null;
    const seen = known.get(operation);
    if (seen !== undefined) return seen;
    const pointer = `/paths/${url.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}/requestBody/content/application~1json/schema`;
    const made = ajv.compile({ $ref: `api#${pointer.replaceAll('{', '%7B').replaceAll('}', '%7D')}` });
    const validate = (value: unknown): boolean => made(value) === true;
    known.set(operation, validate);
    return validate;
  };
};

interface Fuzz {
  readonly file: OpenApi;
  readonly key: Readonly<Record<string, string>>;
  readonly random: () => number;
  readonly validators: ReturnType<typeof validatorsOf>;
  readonly form: Form;
  readonly out: Fuzzed;
}

async function fuzzOne(
  system: System,
  { url, method, operation }: { url: string; method: string; operation: Operation },
  { file, key, random, validators, out }: Fuzz,
): Promise<void> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const good = schema === undefined ? undefined : sample(schema, file, random);
  const kind = random();
  const isDeep = kind > 0.97;
  const body = schema === undefined ? undefined : kind < 0.3 ? good : isDeep ? deep(500) : spoiled(good, random);
  const isInvalid =
    body !== undefined && validators(url, method, operation)?.(JSON.parse(JSON.stringify(body ?? null))) === false;
  const path_ = url.replace(/\{\w+\}/g, () =>
    random() < 0.5
      ? 'none_1'
      : encodeURIComponent(['\u0000', '..', '%', 'x'.repeat(300)][Math.floor(random() * 4)] ?? ''),
  );
  const answer = await call(system, method, path_, key, body as object | undefined);
  out.cases += 1;
  if (isInvalid) out.invalid += 1;
  const name = `${method} ${url} ${answer.status}`;
  if (answer.status >= 500) out.faults.server.push(name);
  const documented = [String(answer.status), `${Math.floor(answer.status / 100)}XX`, 'default'];
  // A path parameter that no route can take is answered before any operation is found.
  if (!documented.some((status) => status in operation.responses) && answer.status !== 404 && answer.status !== 400)
    out.faults.undocumented.push(name);
  if (isInvalid && answer.status < 300) out.faults.accepted.push(name);
  if (answer.status >= 400 && !answer.type.includes('problem+json')) out.faults.plain.push(name);
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < levels; n += 1) value = { a: value };
  return value;
}

const NAUGHTY = path.resolve(import.meta.dirname, '../../../shared/data/naughty/blns.json');

function hostileTexts(count: number, random: () => number): readonly string[] {
  const special = [
    '\u0000',
    '\ud800',
    '\udc00x',
    '\ufffe',
    '\u{10ffff}',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u{e0041}',
    '\u0301',
  ];
  const scripts = ['a', 'я', '中', 'あ', '한', 'ا', 'ह', 'ท', 'ñ', 'ω', 'ש', 'த', '👩‍👩‍👧', '🇩🇪', 'ﬀ', '𝔞'];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const made = Array.from({ length: count }, (_, n) => {
    const length = n % 50 === 0 ? 400 : 1 + Math.floor(random() * 30);
    return Array.from({ length }, () => (random() < 0.25 ? pick(special) : random() < 0.2 ? ' ' : pick(scripts))).join(
      '',
    );
  });
  return [...made, 'x', `e${'\u0301'.repeat(10_000)}`, 'long text '.repeat(6_500)];
}

row(20, 'Hostile text', { short: 180, full: 400 }, (form) =>
  inWorld({ env: { RATE_LIMIT_PER_MINUTE: '10000000' } }, async ({ system }) => {
    const naughty = readNaughty();
    const texts = [...naughty, ...hostileTexts(form.of(1_500, 5_000), form.random('row 20'))];
    let changed = 0;
    let refused = 0;
    let crashes = 0;
    let spanErrors = 0;
    let slowestMs = 0;
    for (const text of texts) {
      const started = performance.now();
      const answer = await system.post(
        '/v1/notes',
        noteBody(`h-${started}`, { title: text.slice(0, 200), body: text }),
      );
      slowestMs = Math.max(slowestMs, performance.now() - started);
      if (answer.status >= 500) crashes += 1;
      if (answer.status !== 202) {
        refused += 1;
        continue;
      }
      const { revisionId }: { revisionId: string } = answer.json();
      const claim = await system.app.store.work.claim(revisionId, 60_000, Date.now());
      if (claim === null) continue;
      const isMarked = claim.repaired;
      if (claim.note.body !== text && !isMarked) changed += 1;
      const judging = performance.now();
      const judged = await system.app
        .moderate(claim.note, { regions: ['de'] }, new AbortController().signal)
        .catch(() => null);
      slowestMs = Math.max(slowestMs, performance.now() - judging);
      if (judged === null) crashes += 1;
      else spanErrors += spanFaults(judged, claim.note);
    }
    return {
      figure: `${texts.length} texts (${naughty.length} of the naughty list), refused with a code ${refused}, changed without a mark ${changed}, crashes ${crashes}, span errors ${spanErrors}, slowest ${Math.round(slowestMs)} ms`,
      holds: {
        'nothing changed in silence': changed === 0,
        'no crash': crashes === 0,
        'no span error': spanErrors === 0,
        'most were taken': refused < texts.length / 20,
      },
    };
  }),
);

function readNaughty(): readonly string[] {
  try {
    return JSON.parse(readFileSync(NAUGHTY, 'utf8')) as string[];
  } catch {
    process.stdout.write('the shared naughty strings are absent: only generated texts are run\n');
    return [];
  }
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

function spanFaults(
  judged: Awaited<ReturnType<System['app']['moderate']>>,
  note: { readonly title: string; readonly body: string },
): number {
  const { match, classify } = judged.evidence;
  const findings = [
    ...(match.status === 'found' ? match.value.findings : []),
    ...(classify.status === 'found' ? classify.value.findings : []),
  ];
  return findings.flatMap(({ part, spans }) => {
    const text = part === 'title' ? note.title : note.body;
    const borders = new Set([text.length, ...[...segmenter.segment(text)].map(({ index }) => index)]);
    return spans.filter(({ start, end }) => start >= end || !borders.has(start) || !borders.has(end));
  }).length;
}
