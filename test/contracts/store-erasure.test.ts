/** Erasure, retention and the audit chain, on real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../src/adapters/postgres.js';
import type { Evidence } from '../../src/domain.js';
import type { Actor, Store } from '../../src/ports/store.js';
import { freshDatabase } from '../support/services.js';
import {
  acceptInput,
  claimed,
  decision,
  evidenceOf,
  must,
  noteOf,
  openTestStore,
  record,
  sourceOf,
} from '../support/store.js';

let store: Store;
let admin: Connection;
beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  store = await openTestStore(databaseUrl);
  admin = await connect(databaseUrl);
});
afterAll(async () => {
  await store.close();
  await admin.end();
});

const actor: Actor = { kind: 'user', id: 'usr_1' };
const MARK = 'heron-7f3a';

/** Every row of every table as text, with the table's name, where `mark` occurs. */
async function tablesWith(mark: string): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  expect(rows.length).toBeGreaterThan(20);
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await admin.query(`SELECT 1 FROM "${name}" t WHERE strpos(to_jsonb(t)::text, $1) > 0`, [mark]);
    if ((rowCount ?? 0) > 0) found.push(name);
  }
  return found;
}

/** A note that leaves its mark wherever a note can. */
async function markedNote(sourceId: string, authorId: string): Promise<string> {
  const note = noteOf({
    title: `${MARK} title`,
    body: `${MARK} body`,
    author: { id: authorId, region: 'de' },
    images: [{ index: 0, url: `https://example.org/${MARK}.jpg` }],
    context: { replyTo: MARK },
  });
  const evidence: Evidence = evidenceOf({ classify: { status: 'failed', code: 'stage_failed', message: MARK } });
  for (const contentHash of [`${MARK}-c1`, `${MARK}-c2`]) {
    const claim = await claimed(store, sourceId, {
      externalId: `${MARK}-${authorId}`,
      note,
      contentHash,
      idempotency: { key: `${contentHash}${authorId}`, fingerprint: MARK },
    });
    await store.campaigns.record({
      sourceId,
      revisionId: claim.revisionId,
      authorId,
      accountAgeDays: 3,
      bands: [MARK],
      at: Date.now(),
    });
    const held = decision({ action: 'hold', shadow: [], rules: [] });
    await store.work.complete(claim, record({ evidence, decisions: [held], trace: [MARK] }), Date.now());
  }
  const page = await store.notes.list(sourceId, { externalId: `${MARK}-${authorId}` }, null, 1);
  return must(page.items[0]).noteId;
}

describe('erase', () => {
  it('leaves no marked string in any table but the note.erased event that tells the platform', async () => {
    const sourceId = await sourceOf(store);
    await store.webhooks.create(
      sourceId,
      { url: 'https://e.org', events: ['note.decided', 'note.erased'], description: '', secret: 's' },
      Date.now(),
    );
    const noteId = await markedNote(sourceId, `author-${MARK}`);
    const before = await tablesWith(MARK);
    for (const table of [
      'notes',
      'revisions',
      'images',
      'evidence',
      'authors',
      'events',
      'idempotency_keys',
      'campaign_signatures',
      'decisions',
    ]) {
      expect(before).toContain(table);
    }
    expect(await store.notes.erase(sourceId, noteId, actor, Date.now())).toEqual({ erased: true, kept: [] });
    expect(await tablesWith(MARK)).toEqual(['events']);
    const { rows } = await admin.query<{ type: string }>('SELECT type FROM events WHERE strpos(body, $1) > 0', [MARK]);
    expect(rows).toEqual([{ type: 'note.erased' }]);
    expect(must(await store.notes.get(sourceId, noteId))).toMatchObject({
      status: 'erased',
      revisions: [{ note: null }, { note: null }],
    });
    expect(await store.notes.erase(sourceId, noteId, actor, Date.now())).toEqual({ erased: false, kept: [] });
    expect(await store.notes.erase(sourceId, 'note_unknown', actor, Date.now())).toBeNull();
    expect(await store.upkeep.purge(Date.now() + 31 * 86_400_000, 1_000)).toMatchObject({ events: 0 });
    for (const due of await store.webhooks.takeDue(10, 1_000, Date.now())) {
      await store.webhooks.recordAttempt(
        due,
        { ok: true, status: 200, error: null, latencyMs: 1, nextAttemptAt: null, disableEndpoint: false },
        Date.now(),
      );
    }
    await store.upkeep.purge(Date.now() + 31 * 86_400_000, 1_000);
    expect(await tablesWith(MARK)).toEqual([]);
    expect(await store.audit.verify()).toMatchObject({ broken: [] });
  });

  it('keeps hashes in the audit only with a salt that goes too', async () => {
    const sourceId = await sourceOf(store);
    const claim = await claimed(store, sourceId, { contentHash: 'c'.repeat(64) });
    await store.work.complete(claim, record(), Date.now());
    const own = (await store.audit.list(null, 100)).items.find(({ subject }) => subject === claim.noteId);
    expect(must(own).detail['contentSalted']).toMatch(/^[0-9a-f]{64}$/);
    await store.notes.erase(sourceId, claim.noteId, actor, Date.now());
    const { rows } = await admin.query('SELECT salt FROM notes WHERE id = $1', [claim.noteId]);
    expect(rows).toEqual([{ salt: null }]);
    expect(await tablesWith('c'.repeat(64))).toEqual([]);
  });

  it('turns away a worker that still holds the text', async () => {
    const sourceId = await sourceOf(store);
    const claim = await claimed(store, sourceId);
    await store.notes.erase(sourceId, claim.noteId, actor, Date.now());
    expect(await store.work.complete(claim, record(), Date.now())).toBe('stale');
    expect(await store.work.claim(claim.revisionId, 1_000, Date.now() + 120_000)).toBeNull();
    const again = await store.notes.accept(acceptInput(sourceId, { externalId: 'same' }));
    expect(again.kind).toBe('created');
  });

  it('of an author takes all their notes of this source and no others', async () => {
    const [one, two] = [await sourceOf(store), await sourceOf(store)];
    const id = 'person-9c1d';
    for (let i = 0; i < 3; i += 1) await claimed(store, one, { note: noteOf({ author: { id } }) });
    await claimed(store, one, { note: noteOf({ author: { id: 'someone-else' } }) });
    await claimed(store, two, { note: noteOf({ author: { id } }) });
    expect(await store.notes.eraseAuthor(one, id, actor, Date.now())).toEqual({ notes: 3, kept: [] });
    expect(await store.notes.eraseAuthor(one, id, actor, Date.now())).toBeNull();
    const left = await admin.query('SELECT source_id, state FROM notes WHERE author_id = $1', [id]);
    expect(left.rows).toEqual([{ source_id: two, state: 'due' }]);
    expect((await store.notes.list(one, { status: 'pending' }, null, 10)).items).toHaveLength(1);
    await store.notes.eraseAuthor(two, id, actor, Date.now());
    expect(await tablesWith(id)).toEqual([]);
  });

  it('of a note leaves nothing of those whom it was sent for before', async () => {
    const sourceId = await sourceOf(store);
    const [before, now] = ['before-qzwx', 'now-qzwx'].map((id) => noteOf({ author: { id } }));
    await claimed(store, sourceId, { externalId: 'handed', note: must(before) });
    const { noteId } = await claimed(store, sourceId, { externalId: 'handed', note: must(now), contentHash: 'c2' });
    expect(await tablesWith('before-qzwx')).toEqual(expect.arrayContaining(['authors', 'revisions']));
    await store.notes.erase(sourceId, noteId, actor, Date.now());
    expect(await tablesWith('qzwx')).toEqual([]);
    const { rows } = await admin.query('SELECT 1 FROM other_authors WHERE note_id = $1', [noteId]);
    expect(rows).toEqual([]);
  });
});

describe('retention', () => {
  it('takes text and evidence of old decided notes in batches, and leaves open cases alone', async () => {
    const own = await openTestStore();
    const sourceId = await sourceOf(own);
    const notes: string[] = [];
    for (const action of ['allow', 'allow', 'allow', 'hold'] as const) {
      const claim = await claimed(own, sourceId);
      await own.work.complete(claim, record({ decisions: [decision({ action })] }), Date.now());
      notes.push(claim.noteId);
    }
    const waiting = await claimed(own, sourceId);
    const later = Date.now() + 191 * 86_400_000;
    expect((await own.upkeep.purge(later, 2))['revisions']).toBe(2);
    expect((await own.upkeep.purge(later, 2))['revisions']).toBe(1);
    expect((await own.upkeep.purge(later, 2))['revisions']).toBe(0);
    const views = await Promise.all([...notes, waiting.noteId].map((id) => own.notes.get(sourceId, id)));
    expect(views.map((view) => view?.revisions[0]?.note === null)).toEqual([true, true, true, false, false]);
    expect(views[0]).toMatchObject({ status: 'decided', decisions: [{ action: 'allow' }] });
    await own.close();
  });
});

describe('audit', () => {
  it('keeps a gapless chain per lane under concurrent writers', async () => {
    const own = await openTestStore();
    const append = (i: number) =>
      own.audit.append({ actor, verb: 'test', subject: `s${i % 40}`, detail: { i } }, Date.now());
    await Promise.all(Array.from({ length: 300 }, (_, i) => append(i)));
    expect(await own.audit.verify()).toEqual({ checked: 300, broken: [] });
    const seen = new Set<string>();
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Store['audit']['list']>> = await own.audit.list(cursor, 70);
      for (const { lane, sequence } of page.items) seen.add(`${lane}/${sequence}`);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen.size).toBe(300);
    await own.close();
  });

  it('cannot be changed, and shows a change, a gap, a swap and a lost end made past the trigger', async () => {
    const databaseUrl = await freshDatabase();
    const own = await openTestStore(databaseUrl);
    const root = await connect(databaseUrl);
    for (let i = 0; i < 8; i += 1)
      await own.audit.append({ actor, verb: 'test', subject: 'one', detail: { i } }, Date.now());
    for (const sql of ["UPDATE audit_events SET detail = '{}'", 'DELETE FROM audit_events', 'TRUNCATE audit_events']) {
      await expect(root.query(sql)).rejects.toThrow('append-only');
    }
    const lane = must((await own.audit.list(null, 1)).items[0]).lane;
    const firstBroken = async (tampering: string): Promise<number | null> => {
      await root.query('BEGIN');
      await root.query("SET LOCAL session_replication_role = 'replica'");
      await root.query(tampering);
      const { rows } = await root.query<{ lane: string; sequence: number | null }>(
        'SELECT lane, sequence FROM audit_verify()',
      );
      await root.query('ROLLBACK');
      expect(rows.map((row) => row.lane)).toEqual([rows[0]?.sequence == null ? null : lane]);
      return rows[0]?.sequence ?? null;
    };
    expect(await firstBroken('SELECT 1')).toBeNull();
    expect(await firstBroken('UPDATE audit_events SET detail = \'{"i":9}\' WHERE sequence = 3')).toBe(3);
    expect(await firstBroken("UPDATE audit_events SET at = at + interval '1 ms' WHERE sequence = 2")).toBe(2);
    expect(await firstBroken('DELETE FROM audit_events WHERE sequence = 5')).toBe(6);
    expect(await firstBroken('DELETE FROM audit_events WHERE sequence >= 7')).toBe(9);
    const swap =
      'UPDATE audit_events a SET detail = b.detail FROM audit_events b WHERE a.sequence + b.sequence = 9 AND a.sequence IN (4, 5)';
    expect(await firstBroken(swap)).toBe(4);
    await root.end();
    await own.close();
  });
});

describe('erasure in the midst of things', () => {
  it('keeps no signature that a worker counts afterwards', async () => {
    const sourceId = await sourceOf(store);
    const claim = await claimed(store, sourceId);
    await store.notes.erase(sourceId, claim.noteId, actor, Date.now());
    const late = { sourceId, revisionId: claim.revisionId, authorId: 'a', accountAgeDays: 1, bands: ['late'] };
    expect(await store.campaigns.record({ ...late, at: Date.now() })).toMatchObject({ notes24h: 1 });
    const { rows } = await admin.query("SELECT revision_id FROM campaign_signatures WHERE band = 'late'");
    expect(rows).toEqual([]);
  });

  it('finds the notes of an author whose own row is gone', async () => {
    const sourceId = await sourceOf(store);
    const { noteId } = await claimed(store, sourceId, { note: noteOf({ author: { id: 'rowless' } }) });
    await admin.query('DELETE FROM authors WHERE source_id = $1', [sourceId]);
    expect(await store.notes.eraseAuthor(sourceId, 'rowless', actor, Date.now())).toEqual({ notes: 1, kept: [] });
    expect(await store.notes.get(sourceId, noteId)).toMatchObject({ status: 'erased' });
    expect(await store.notes.eraseAuthor(sourceId, 'rowless', actor, Date.now())).toBeNull();
  });
});
