/** The list of bad input: every answer is a problem document with a code of docs/errors.md, and nothing is stored. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/api/schemas/common.js';
import { type Bench, type Caller, goodNote, NOW, openBench } from './support.js';

let bench: Bench;
let key: Caller;
beforeAll(async () => {
  bench = await openBench();
  key = await bench.keyFor('app');
});
afterAll(() => bench.server.close());

const send = (payload: string | Buffer, type = 'application/json', extra: Readonly<Record<string, string>> = {}) =>
  bench.server.inject({
    method: 'POST',
    url: '/v1/notes',
    payload,
    headers: { ...key.headers, 'content-type': type, ...extra },
  });
const note = (change: object): string => JSON.stringify({ ...goodNote(), ...change });
const MB = 1_000_000;
const images = (count: number) => Array.from({ length: count }, (_, n) => ({ url: `https://img.example/${n}.jpg` }));

const CASES: readonly (readonly [
  name: string,
  body: string | Buffer,
  code: string,
  status: number,
  pointer?: string,
])[] = [
  ['an empty body', '', 'json_invalid', 400],
  ['a body of spaces', '   ', 'json_invalid', 400],
  ['no JSON', 'hello', 'json_invalid', 400],
  ['null', 'null', 'body_invalid', 400],
  ['a list', '[]', 'body_invalid', 400],
  ['an empty object', '{}', 'body_invalid', 400, '/externalId'],
  ['1 MB of text', note({ body: 'a'.repeat(MB) }), 'body_invalid', 400, '/body'],
  ['10 MB', note({ body: 'a'.repeat(10 * MB) }), 'body_too_large', 413],
  [
    'broken UTF-8',
    Buffer.concat([Buffer.from('{"externalId":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    'json_invalid',
    400,
  ],
  ['5,000 levels', '['.repeat(5_000) + ']'.repeat(5_000), 'json_too_deep', 400],
  ['5,000 levels in a field', `{"externalId":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`, 'json_too_deep', 400],
  ['500 images', note({ images: images(500) }), 'body_invalid', 400, '/images'],
  ['21 images', note({ images: images(21) }), 'body_invalid', 400, '/images'],
  [
    'an image that is a script',
    note({ images: [{ url: 'javascript:alert(1)' }] }),
    'body_invalid',
    400,
    '/images/0/url',
  ],
  ['an unknown region', note({ regions: ['de', 'zz'] }), 'region_unknown', 400, '/regions/1'],
  ['a region in words', note({ regions: ['Germany'] }), 'region_unknown', 400, '/regions/0'],
  [
    'an unknown region of the author',
    note({ author: { id: 'a', region: 'q9' } }),
    'region_unknown',
    400,
    '/author/region',
  ],
  [
    'a date from the future',
    note({ createdAt: new Date(NOW + 301_000).toISOString() }),
    'date_invalid',
    400,
    '/createdAt',
  ],
  [
    'an account from the future',
    note({ author: { id: 'a', createdAt: '2099-01-01T00:00:00Z' } }),
    'date_invalid',
    400,
    '/author/createdAt',
  ],
  ['30 February', note({ createdAt: '2026-02-30T00:00:00Z' }), 'date_invalid', 400, '/createdAt'],
  ['a year before the first', note({ createdAt: '0000-06-01T00:00:00Z' }), 'date_invalid', 400, '/createdAt'],
  [
    'a year before the first once it is in UTC',
    note({ author: { id: 'a', createdAt: '0001-01-01T00:00:00+14:00' } }),
    'date_invalid',
    400,
    '/author/createdAt',
  ],
  ['a date in words', note({ createdAt: 'yesterday' }), 'date_invalid', 400, '/createdAt'],
  ['a date without offset', note({ createdAt: '2026-01-01T00:00:00' }), 'date_invalid', 400, '/createdAt'],
  ['a language in words', note({ languageHint: 'not a tag' }), 'language_unknown', 400, '/languageHint'],
  ['the name of a language', note({ languageHint: 'english' }), 'language_unknown', 400, '/languageHint'],
  ['NUL in the address of an image', note({ images: [{ url: 'https://a.example/\0' }] }), 'body_invalid', 400],
  ['NUL in an id', note({ externalId: 'a\0b' }), 'body_invalid', 400, '/externalId'],
  ['a lone surrogate in an id', note({ author: { id: '\ud800' } }), 'body_invalid', 400, '/author/id'],
  ['an id that is too long', note({ externalId: 'x'.repeat(201) }), 'body_invalid', 400, '/externalId'],
  ['a wrong type', note({ title: 7 }), 'body_invalid', 400, '/title'],
  ['an unknown key', note({ verdict: 'allow' }), 'body_invalid', 400, '/verdict'],
  ['an unknown key below', note({ author: { id: 'a', role: 'admin' } }), 'body_invalid', 400, '/author/role'],
  ['a key twice', '{"externalId":"a","externalId":"b"}', 'json_invalid', 400],
  ['the prototype', '{"externalId":"a","__proto__":{"admin":true}}', 'json_invalid', 400],
];

describe('bad notes', () => {
  it.each(CASES.map(([name, ...rest]) => ({ name, rest })))(
    '$name',
    async ({ rest: [body, code, status, pointer] }) => {
      const before = bench.store.tables.notes.size;
      const answer = await send(body);
      expect(answer.statusCode, answer.body.slice(0, 300)).toBe(status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      const problem = Problem.parse(answer.json());
      expect(problem).toMatchObject({ code, status, type: `urn:polywarden:error:${code}` });
      expect(problem.traceId).toBe(answer.headers['x-request-id']);
      if (pointer !== undefined) expect(problem.errors?.map((fault) => fault.pointer)).toContain(pointer);
      expect(answer.body).not.toMatch(/node_modules|\.ts:\d|\bat \w+ \(/);
      expect(bench.store.tables.notes.size).toBe(before);
    },
  );

  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['multipart/mixed; boundary=x', {}],
    ['application/json; charset=iso-8859-1', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('415 for %s %j', async (type, extra) => {
    const answer = await send(JSON.stringify(goodNote()), type, extra);
    expect(answer.statusCode).toBe(415);
    expect(answer.json()).toMatchObject({
      code: 'media_type_unsupported',
      detail: expect.stringMatching(/JSON|json|ompressed/),
    });
  });

  it('broken UTF-8 in the note of a form is refused; what only looks like a repair is not', async () => {
    const form = (id: Buffer) =>
      send(
        Buffer.concat([
          Buffer.from('--XX\r\ncontent-disposition: form-data; name="note"\r\n\r\n{"externalId":"'),
          id,
          Buffer.from('","body":"x"}\r\n--XX--\r\n'),
        ]),
        'multipart/form-data; boundary=XX',
      );
    const before = bench.store.tables.notes.size;
    const broken = await form(Buffer.from([0x61, 0xff]));
    expect(broken.json()).toMatchObject({
      status: 400,
      code: 'json_invalid',
      detail: expect.stringContaining('UTF-8'),
    });
    expect(bench.store.tables.notes.size).toBe(before);
    expect((await form(Buffer.from('a\ufffd'))).statusCode).toBe(202);
  });

  it('tells a data URL from what is no base64, once', async () => {
    const faults = async (data: string) => (await send(note({ images: [{ data }] }))).json().errors;
    expect(await faults('data:image/png;base64,AAA')).toEqual([
      { pointer: '/images/0/data', message: expect.stringContaining('data URL') },
    ]);
    expect(await faults('!!!')).toEqual([{ pointer: '/images/0/data', message: 'Not base64' }]);
    expect(await faults('AAA')).toEqual([{ pointer: '/images/0/data', message: expect.stringContaining('length') }]);
  });

  it('says what fits instead where several forms are taken, and names no NaN', async () => {
    const both = await send(note({ images: [{ url: 'https://img.example/1.jpg', data: 'aaaa' }] }));
    expect(both.json().errors).toEqual([
      { pointer: '/images/0', message: expect.stringContaining('Either url or data') },
    ]);
    const { headers } = await bench.keyFor('app', ['moderations']);
    const input = await bench.server.inject({ method: 'POST', url: '/v1/moderations', headers, payload: { input: 7 } });
    expect(input.json().errors).toEqual([{ pointer: '/input', message: expect.stringContaining('texts') }]);
    const list = await bench.server.inject({ method: 'GET', url: '/v1/notes?limit=many', headers: key.headers });
    expect(list.json().errors).toEqual([{ pointer: '/limit', message: 'Not a number' }]);
    const kind = await send(note({ kind: 'post' }));
    expect(kind.json().errors[0]).toEqual({
      pointer: '/kind',
      message: 'Expected note, comment, profile, message or listing',
    });
  });

  it('says one thing of an id that is empty and of a date that is none', async () => {
    const faults = async (method: 'GET' | 'POST', url: string, payload?: object) =>
      (await bench.server.inject({ method, url, headers: key.headers, ...(payload === undefined ? {} : { payload }) }))
        .json()
        .errors.map(({ pointer }: { readonly pointer: string }) => pointer);
    expect(await faults('GET', '/v1/notes?externalId=')).toEqual(['/externalId']);
    expect(await faults('POST', '/v1/webhooks/wh_1/redeliver', { since: 'yesterday' })).toEqual(['/since']);
  });

  it('names the country that was meant', async () => {
    const body = note({ regions: ['UK', 'el', 'germany', 'Vereinigtes'] });
    const { errors } = (await send(body)).json();
    const hint = (code: string): string => `Neither an ISO 3166-1 country nor a policy region; did you mean "${code}`;
    const messages = errors.map(({ message }: { readonly message: string }) => message);
    expect(messages[0]).toContain(hint('gb'));
    expect(messages[1]).toContain(hint('gr'));
    expect(messages[2]).toContain(hint('de'));
  });

  it('names every fault at once', async () => {
    const body = note({ regions: ['zz'], languageHint: '?', createdAt: 'now' });
    const { code, errors } = (await send(body)).json();
    expect(code).toBe('region_unknown');
    expect(errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([
      '/regions/0',
      '/createdAt',
      '/languageHint',
    ]);
  });
});

describe('text that cannot be stored', () => {
  it('is repaired visibly, and the repair is recorded', async () => {
    const answer = await send('{"externalId":"fix","title":"a\\u0000b","body":"x\\ud800y"}');
    expect(answer.statusCode, answer.body).toBe(202);
    const row = bench.store.tables.notes.get(answer.json().id)?.revisions[0];
    expect(row).toMatchObject({ repaired: true, note: { title: 'a\ufffdb', body: 'x\ufffdy' } });
  });
  it('a whole surrogate pair is no fault', async () => {
    const answer = await send('{"externalId":"pair","body":"\\ud83c\\udf72"}');
    const row = bench.store.tables.notes.get(answer.json().id)?.revisions[0];
    expect(row).toMatchObject({ repaired: false, note: { body: '🍲' } });
  });
});

describe('addresses', () => {
  const ask = (method: 'GET' | 'PUT' | 'DELETE', url: string) =>
    bench.server.inject({ method, url, headers: key.headers });
  it('404 for an unknown address', async () => {
    const answer = await ask('GET', '/v1/nothing');
    expect(answer.statusCode).toBe(404);
    expect(Problem.parse(answer.json()).code).toBe('not_found');
  });
  it('405 with Allow for a known address', async () => {
    const answer = await ask('PUT', '/v1/notes/note_1');
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('DELETE, GET, HEAD');
    expect(Problem.parse(answer.json()).code).toBe('method_not_allowed');
  });

  it('says that a slash is too many', async () => {
    const { headers } = await bench.keyFor('app');
    const answer = await bench.server.inject({ method: 'POST', url: '/v1/notes/', headers, payload: {} });
    expect(answer.json()).toMatchObject({ status: 404, detail: expect.stringContaining('slash') });
    const other = await bench.server.inject({ method: 'POST', url: '/v1/nothing', headers, payload: {} });
    expect(other.json()).toMatchObject({ status: 404, detail: 'There is no such address.' });
  });
  it('a path that cannot be decoded is a problem document too', async () => {
    const answer = await ask('GET', '/v1/notes/%ff');
    expect(answer.statusCode).toBe(400);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-request-id': answer.json().traceId,
    });
    expect(Problem.parse(answer.json()).code).toBe('query_invalid');
  });
  it('an id that is no id', async () => {
    expect((await ask('GET', '/v1/notes/..%2f..')).json().code).toBe('query_invalid');
    expect((await ask('GET', `/v1/notes/${'x'.repeat(5_000)}`)).statusCode).toBeGreaterThanOrEqual(400);
  });
});

describe('a defect', () => {
  it('is told as internal, without its words, and logged with the trace id', async () => {
    const own = await openBench();
    const { headers } = await own.keyFor('app');
    own.store.notes.list = async () => {
      throw new Error('SELECT secret FROM vendor');
    };
    const answer = await own.server.inject({ url: '/v1/notes', headers });
    expect(answer.statusCode).toBe(500);
    expect(Problem.parse(answer.json()).code).toBe('internal');
    expect(answer.body).not.toContain('SELECT');
    expect(own.logged).toContainEqual(expect.objectContaining({ traceId: answer.json().traceId }));
    await own.server.close();
  });
});
