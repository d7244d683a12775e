import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOT_WORD } from '../support/classifier.js';
import { noteBody, type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  system.startWorker();
});
afterAll(() => system.close());

interface Taken {
  readonly id: string;
}
const send = async (externalId: string, change: Record<string, unknown> = {}): Promise<string> => {
  const answer = await system.post('/v1/notes', noteBody(externalId, change));
  expect([200, 202]).toContain(answer.status);
  const taken: Taken = answer.json();
  return taken.id;
};

describe('a note over HTTP', () => {
  it('gets a decision for each of its regions, with all evidence and no text in the log', async () => {
    const id = await send('flow-1');
    const view = await system.decided(id);
    expect(view.decisions.flatMap((decision) => decision.regions).sort()).toEqual(['de', 'us']);
    const evidence = view.revisions[0]?.evidence;
    expect(evidence?.normalise.status).toBe('found');
    expect(evidence?.language).toMatchObject({ status: 'found', value: { languages: [{ tag: 'en' }] } });
    expect(evidence?.match.status).toBe('found');
    expect(evidence?.classify.status).toBe('found');
    expect(evidence?.campaign.status).toBe('found');
    expect(evidence?.images).toEqual({ status: 'skipped', why: 'no_images' });
    expect(JSON.stringify(system.logs)).not.toContain('herons');
    expect((await system.get(`/v1/notes/${id}`)).status).toBe(200);
  });

  it('is judged afresh when its content changes, and only then', async () => {
    const first = await send('flow-2');
    await system.decided(first);
    expect(await send('flow-2')).toBe(first);
    expect((await system.view(first)).revisions).toHaveLength(1);
    const edited = await send('flow-2', { body: `You are a ${HOT_WORD} and nobody likes you.` });
    expect(edited).toBe(first);
    const view = await system.decided(first);
    expect(view.revisions.map((revision) => revision.revision).sort()).toEqual([1, 2]);
    const sequences = view.decisions.map((decision) => decision.sequence).sort((a, b) => a - b);
    expect(new Set(sequences).size).toBe(sequences.length);
    const second = view.decisions.filter((decision) => decision.revision === 2);
    expect(second.length).toBeGreaterThan(0);
    expect(second.some((decision) => decision.action !== 'allow')).toBe(true);
  });

  it('is answered with its decisions when the caller waits', async () => {
    const answer = await system.post('/v1/notes', noteBody('flow-3'), { prefer: 'wait=5' });
    expect(answer.status).toBe(200);
    const body: { decisions: unknown[] } = answer.json();
    expect(body.decisions.length).toBeGreaterThan(0);
  });

  it('holds under many at once: each decided exactly once', async () => {
    const bodies = Array.from({ length: 120 }, (_, index) =>
      noteBody(`many-${index}`, { body: `Walk number ${index} around the lake.`, author: { id: `author-${index}` } }),
    );
    const answer = await system.post('/v1/notes/batch', { notes: bodies });
    expect(answer.status).toBeLessThan(300);
    const { items }: { items: { accepted: { id: string } }[] } = answer.json();
    expect(items).toHaveLength(120);
    await until(async () => ((await system.app.store.work.backlog(Date.now())).due === 0 ? true : null), 20_000);
    for (const { id } of items.map((item) => item.accepted)) {
      const regions = (await system.view(id)).decisions.flatMap((decision) => decision.regions);
      expect(regions.sort()).toEqual(['de', 'us']);
    }
  });
});
