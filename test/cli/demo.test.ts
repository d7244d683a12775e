/** The demo against a small server that answers as the API does; the real one runs in `.ci/run`. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { displayWidth } from '../../src/cli/demo/display-width.js';
import { type DemoPorts, demoCommand } from '../../src/cli/demo.js';
import { type Config, readConfig } from '../../src/config.js';
import { bucketConfigOf } from '../../src/config-blobs.js';
import type { Action } from '../../src/domain.js';
import { InvalidInputError } from '../../src/errors.js';

const row = (externalId: string, expected: Action, tags = ['plain']) => ({
  externalId,
  kind: 'note',
  title: 'שלום world 微信',
  body: 'text',
  author: { id: 'author', region: 'de', createdAt: '2024-01-01T00:00:00Z' },
  regions: ['de', 'us'],
  expect: { de: expected, us: 'allow' },
  reason: 'because',
  tags,
});

const at = '2026-01-01T00:00:00.000Z';
const answer = (externalId: string, actions: Readonly<Record<string, Action>>) => ({
  id: `note_${externalId}`,
  externalId,
  status: 'decided',
  createdAt: at,
  revisions: [
    {
      revisionId: 'rev_1',
      revision: 1,
      contentHash: 'x',
      status: 'decided',
      acceptedAt: at,
      decidedAt: at,
      note: null,
      evidence: {
        languages: [{ tag: 'he', confidence: 0.9 }],
        mixed: false,
        repaired: false,
        signs: [],
        scores: {},
        competence: {},
        textModel: null,
        findings: [],
        contacts: {},
        pictures: [],
      },
      trace: { stages: [], rules: [], gaps: [] },
    },
  ],
  decisions: Object.entries(actions).map(([region, action], index) => ({
    decisionId: `dec_${index}`,
    revision: 1,
    sequence: index,
    regions: [region],
    policy: region,
    action,
    sideActions: [],
    severity: 0,
    category: null,
    ground: null,
    rules: [],
    gaps: [],
    end: null,
    by: { kind: 'policy', id: region },
    bundleHash: 'b',
    supersedes: null,
    supersededBy: null,
    createdAt: at,
    notices: [],
  })),
  links: { self: `/v1/notes/note_${externalId}` },
});

let folder = '';
let server: Server;
let received: { readonly path: string; readonly body: Record<string, unknown> }[] = [];
let replies: Record<string, { readonly status: number; readonly body: unknown }> = {};
let later: Record<string, unknown> = {};
let url = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'demo-test-'));
  received = [];
  replies = {};
  later = {};
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(later[request.url ?? '']));
      return;
    }
    const body: Record<string, unknown> = JSON.parse(text);
    received.push({ path: request.url ?? '', body });
    const externalId = String(body['externalId']);
    const reply = replies[externalId] ?? { status: 500, body: {} };
    response.writeHead(reply.status, { 'content-type': 'application/json', location: `/v1/notes/note_${externalId}` });
    response.end(JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://127.0.0.1:${address.port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** `stopAt` says when the person presses Ctrl-C: when this text was printed, or at once. */
async function demo(args: readonly string[], rows: readonly ReturnType<typeof row>[], stopAt = 'as expected') {
  await writeFile(path.join(folder, 'de.jsonl'), `${rows.map((one) => JSON.stringify(one)).join('\n')}\n`);
  const seen = { stdout: '', stderr: '', closed: 0, configs: [] as Config[] };
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const write = (stream: 'stdout' | 'stderr') => (text: string) => {
    seen[stream] += text;
    if (text.includes(stopAt)) stop();
  };
  const close = async () => {
    seen.closed += 1;
  };
  const ports: DemoPorts = {
    config: readConfig({
      DATABASE_URL: 'postgresql://elsewhere/production',
      BLOBS_URL: 's3://production',
      BLOBS_ENDPOINT: 'https://elsewhere.example.org',
      DATA_DIR: path.join(folder, 'data'),
    }),
    fixturesDir: folder,
    start: async (config) => {
      seen.configs.push(config);
      return { url, apiKey: 'key', greeting: 'Polywarden is ready.\n', close };
    },
    stdout: { write: write('stdout') },
    stderr: { write: write('stderr') },
    untilStopped: () => stopped,
  };
  const code = await demoCommand(args, ports);
  return { code, ...seen };
}

const decided = (externalId: string, de: Action) => {
  replies[externalId] = { status: 200, body: answer(externalId, { de, us: 'allow' }) };
};

describe('demoCommand', () => {
  test('all as expected: a table, the share, exit code 0, everything closed', async () => {
    decided('de-001', 'allow');
    decided('de-002', 'hold');
    const run = await demo(['--once'], [row('de-001', 'allow'), row('de-002', 'hold')]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('4 of 4 decisions as expected: 100.0 %');
    expect(run.stdout).toMatch(/de-002 .*✓ hold/);
    expect(run.stderr).toContain('2/2');
    expect(run.closed).toBe(1);
  });
  test('no line is wider than 120 columns and right-to-left text is isolated', async () => {
    decided('de-001', 'allow');
    const { stdout } = await demo(['--once'], [row('de-001', 'allow')]);
    const table = stdout.split('\n').slice(0, 4);
    for (const line of table) expect(displayWidth(line)).toBeLessThanOrEqual(120);
    expect(stdout).toContain('\u2068de-001 שלום');
  });
  test('under 90 % agreement fails and says where', async () => {
    decided('de-001', 'allow');
    const run = await demo(['--once'], [row('de-001', 'remove')]);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('✗ de-001 de: allow, expected remove. because');
  });
  test('one missing row fails, however good the others are', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => row(`de-${index}`, 'allow'));
    for (const { externalId } of rows.slice(1)) decided(externalId, 'allow');
    const run = await demo(['--once'], rows);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('no decision: de-0');
  });
  test('a note that is decided later is asked for again', async () => {
    replies['de-001'] = { status: 202, body: {} };
    later['/v1/notes/note_de-001'] = answer('de-001', { de: 'allow', us: 'allow' });
    expect((await demo(['--once'], [row('de-001', 'allow')])).code).toBe(0);
  });
  test('labels stay here, and campaign notes go last and in order', async () => {
    for (const id of ['de-001', 'de-002', 'de-003']) decided(id, 'allow');
    await demo(
      ['--once'],
      [row('de-001', 'allow', ['campaign']), row('de-002', 'allow', ['campaign']), row('de-003', 'allow')],
    );
    expect(received.map(({ body }) => body['externalId'])).toEqual(['de-003', 'de-001', 'de-002']);
    for (const { body } of received) expect(body).not.toHaveProperty('expect');
  });
  test('never uses a configured database or bucket, and --once leaves no folder behind', async () => {
    decided('de-001', 'allow');
    const [config] = (await demo(['--once'], [row('de-001', 'allow')])).configs;
    expect(config?.databaseUrl).toBeNull();
    expect(config && bucketConfigOf(config)).toBeNull();
    await expect(stat(config?.DATA_DIR ?? '')).rejects.toThrow('ENOENT');
  });
  test('stopped in the middle, it closes what it started and prints no table', async () => {
    replies['de-001'] = { status: 202, body: {} };
    later['/v1/notes/note_de-001'] = { ...answer('de-001', {}), status: 'pending' };
    const run = await demo([], [row('de-001', 'allow')], 'starting');
    expect(run).toMatchObject({ code: 130, closed: 1, stdout: '' });
  });
  test('without --once it shows the greeting and stays until stopped', async () => {
    decided('de-001', 'allow');
    const run = await demo([], [row('de-001', 'allow')], 'Polywarden is ready');
    expect(run.stderr).toContain('Polywarden is ready.');
    expect(run.closed).toBe(1);
    expect(run.configs[0]?.DATA_DIR).toBe(path.join(folder, 'data', 'demo'));
  });
  test('--json prints one document', async () => {
    decided('de-001', 'allow');
    const document: { agreement: { share: number }; rows: unknown[] } = JSON.parse(
      (await demo(['--once', '--json'], [row('de-001', 'allow')])).stdout,
    );
    expect(document.agreement.share).toBe(1);
    expect(document.rows).toHaveLength(1);
  });
  test('--help starts nothing', async () => {
    const run = await demo(['--help'], []);
    expect(run).toMatchObject({ code: 0, configs: [] });
    expect(run.stdout).toContain('--once');
  });
  test('an unknown flag is refused before anything starts', async () => {
    await expect(demo(['--twice'], [])).rejects.toThrow(InvalidInputError);
  });
});
