import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPENAPI_EXAMPLES } from '../../src/api/openapi-examples.js';
import { ROUTE_RULES } from '../../src/api/permissions.js';
import { EVENT_TYPES } from '../../src/domain.js';
import { type Bench, openBench } from './support.js';

interface Ref {
  readonly $ref: string;
}
interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, unknown>> }>
  >;
}
interface File {
  readonly tags: readonly { readonly name: string }[];
  readonly openapi: string;
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<
    Record<
      string,
      {
        readonly post: {
          readonly requestBody: { readonly content: Readonly<Record<string, { readonly schema: Ref }>> };
        };
      }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

let bench: Bench;
let file: File;
beforeAll(async () => {
  bench = await openBench();
  file = (await bench.server.inject('/openapi.json')).json();
});
afterAll(() => bench.server.close());

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 and says how spans are counted', () => {
    expect(file.openapi).toMatch(/^3\.1/);
    expect(file.info.description).toMatch(/UTF-16 code units/);
    expect(file.info.description).toMatch(/inclusive.*exclusive/s);
    expect(file.info.description).toMatch(/grapheme/);
  });

  it('holds every route of the table, with a summary, its access and its problems', () => {
    for (const [line, rule] of Object.entries(ROUTE_RULES)) {
      const [method = '', url = ''] = line.split(' ');
      if (url === '/openapi.json') continue;
      const operation = file.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(operation?.summary, line).toBeTruthy();
      expect(operation?.security ?? [], line).toHaveLength(
        rule.who === 'anyone' ? 0 : Number(rule.scopes.length > 0) + Number(rule.roles.length > 0),
      );
      if (['/healthz', '/metrics'].includes(url)) continue;
      expect(Object.keys(operation?.responses['4XX']?.content ?? {}), line).toEqual(['application/problem+json']);
    }
  });

  it('names the request headers that count', () => {
    const { parameters } = file.paths['/v1/notes']?.['post'] ?? {};
    const names = parameters?.filter((parameter) => parameter.in === 'header').map((parameter) => parameter.name);
    expect(names).toEqual(['idempotency-key', 'prefer']);
  });

  it('resolves every reference', () => {
    const refs = [...JSON.stringify(file).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(refs.length).toBeGreaterThan(20);
    const missing = refs.filter((ref) => {
      const parts = ref.replace(/^#\//, '').split('/');
      return (
        parts.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], file) === undefined
      );
    });
    expect([...new Set(missing)]).toEqual([]);
  });

  it('describes the payload of every event', () => {
    expect(Object.keys(file.webhooks).toSorted()).toEqual([...EVENT_TYPES].toSorted());
    const { $ref } = file.webhooks['decision.changed']?.post.requestBody.content['application/json']?.schema ?? {
      $ref: '',
    };
    const text = JSON.stringify(file.components.schemas[$ref.split('/').at(-1) ?? '']);
    for (const field of ['sequence', 'revision', 'regions', 'supersedes']) expect(text).toContain(`"${field}"`);
    expect(text).not.toMatch(/"(?:title|body|text)":/);
  });
});

const operations = (): readonly (readonly [string, Operation])[] =>
  Object.entries(file.paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${url}`, operation] as const),
  );

describe('for generated clients', () => {
  it('every operation has a name of its own, a declared tag and answers in words', () => {
    const names = operations().map(([, operation]) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('postWebhooksByIdRotate');
    const tags = file.tags.map(({ name }) => name);
    for (const [line, operation] of operations()) {
      expect(tags, line).toContain(operation.tags?.[0]);
      const described = Object.values(operation.responses).map((response) => response.description);
      expect(described, line).not.toContain('Default Response');
      expect(Object.keys(operation.responses)[0], line).toMatch(/^[23]\d\d$/);
    }
  });

  it('every parameter of an address is declared', () => {
    for (const [line, operation] of operations()) {
      const named = [...line.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      expect(declared.toSorted(), line).toEqual(named.toSorted());
    }
  });

  it('holds no schema that nothing refers to', () => {
    const text = JSON.stringify(file);
    const unused = Object.keys(file.components.schemas).filter(
      (name) => !text.includes(`"#/components/schemas/${name}"`),
    );
    expect(unused).toEqual([]);
  });

  it('takes pictures beside a note, and in a batch the same notes', () => {
    const types = ['application/json', 'multipart/form-data'].map((type) => [type, expect.anything()]);
    expect(file.paths['/v1/notes']?.['post']?.requestBody).toMatchObject({ content: Object.fromEntries(types) });
    const batch = JSON.stringify(file.paths['/v1/notes/batch']?.['post']?.requestBody);
    expect(batch).toContain('"items":{"anyOf":[{"$ref":"#/components/schemas/NoteInput"}');
  });

  it('unknown keys are refused in requests; answers and events may gain some', () => {
    const isClosed = (name: string): boolean =>
      (file.components.schemas[name] as { additionalProperties?: unknown }).additionalProperties === false;
    expect(isClosed('NoteInput')).toBe(true);
    for (const name of ['NoteAnswer', 'Decision', 'Problem', 'NoteDecidedEvent'])
      expect(isClosed(name), name).toBe(false);
  });
});

describe('examples', () => {
  /** As strict as can be, so that an example with a field that nobody sends is found too. */
  const strictly = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strictly);
    if (typeof value !== 'object' || value === null) return value;
    const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, strictly(one)]));
    return 'properties' in inner && !('additionalProperties' in inner)
      ? { ...inner, additionalProperties: false }
      : inner;
  };

  it.each(Object.entries(OPENAPI_EXAMPLES))('of %s fits its schema', (name, example) => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema({ $id: 'file', components: strictly(file.components) });
    const check = ajv.compile({ $ref: `file#/components/schemas/${name}` });
    check(example);
    expect(check.errors ?? []).toEqual([]);
    expect(file.components.schemas[name]).toMatchObject({ examples: [example] });
  });

  it('a wrong one is found', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'file', components: strictly(file.components) });
    const check = ajv.compile({ $ref: 'file#/components/schemas/NoteDecidedEvent' });
    expect(check({ type: 'note.decided', timestamp: 'now', data: {}, text: 'x' })).toBe(false);
  });
});

describe('/docs', () => {
  it('is readable without credentials, under a policy without inline scripts', async () => {
    const page = await bench.server.inject('/docs');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';/);
    expect(page.body).toContain('<title>Polywarden API</title>');
    const json = await bench.server.inject('/docs/json');
    expect(json.json().info.title).toBe('Polywarden');
  });
});

describe('headers', () => {
  it('every answer carries the protective ones, errors too', async () => {
    for (const url of ['/healthz', '/v1/notes', '/nothing', '/openapi.json']) {
      const { headers } = await bench.server.inject(url);
      expect(headers['x-content-type-options'], url).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
      expect(headers['content-security-policy']).not.toContain('unsafe-inline');
      expect(headers['x-request-id']).toBeTruthy();
    }
    expect((await bench.server.inject('/v1/notes')).headers['cache-control']).toBe('no-store');
  });
});

describe('health', () => {
  it('/healthz answers, /metrics speaks Prometheus', async () => {
    expect((await bench.server.inject('/healthz')).json()).toEqual({ ok: true });
    const metrics = await bench.server.inject('/metrics');
    expect(metrics.headers['content-type']).toContain('text/plain');
    expect(metrics.body).toContain('http_requests_total');
  });

  it('/readyz names what is not ready', async () => {
    expect((await bench.server.inject('/readyz')).json()).toMatchObject({ ready: true });
    bench.store.away = true;
    const answer = await bench.server.inject('/readyz');
    bench.store.away = false;
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    expect(answer.json()).toMatchObject({ code: 'not_ready', parts: [{ name: 'store', ok: false }] });
    expect(answer.json().detail).toContain('store');
  });

  it('/readyz survives a check that throws', async () => {
    const own = await openBench({
      deps: {
        ready: async () => {
          throw new Error('boom at 10.0.0.7');
        },
      },
    });
    const answer = await own.server.inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('10.0.0.7');
    await own.server.close();
  });
});

describe('for people who are signed in', () => {
  it('/v1/overview and /v1/cases', async () => {
    const { headers } = await bench.signedIn('reviewer');
    const overview = await bench.server.inject({ url: '/v1/overview', headers });
    expect(overview.statusCode, overview.body).toBe(200);
    expect(overview.json().notes).toEqual({ accepted24h: 0, decided24h: 0, pending: 0 });
    const cases = await bench.server.inject({ url: '/v1/cases?status=open', headers });
    expect(cases.json()).toEqual({ items: [], nextCursor: null });
  });
});
