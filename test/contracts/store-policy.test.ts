/** The life of a rule: the same answers from the store in memory and from the real one. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { noDifference } from '../../src/policy/bundle-diff.js';
import type { Proposal } from '../../src/ports/policy.js';
import { DESKS, type FullStore, type Sight } from '../../src/ports/review.js';
import type { Store } from '../../src/ports/store.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { caseTerms, claimed, decision, hit, must, record, sourceOf } from '../support/store.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY = '2026-11-20';
const ANA = { id: 'usr_ana', login: 'ana' };
const BEN = { id: 'usr_ben', login: 'ben' };
const ACTOR = { kind: 'user', id: 'usr_ben' } as const;
const proposal = (hash: string, change: Partial<Proposal> = {}): Proposal => ({
  hash,
  content: `["${hash}"]`,
  author: 'files',
  diff: noDifference,
  needsApproval: false,
  replace: false,
  ...change,
});

const opened: Store[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});

describe.each(BOTH_STORES)('the policy %s', (_name, open) => {
  let store: FullStore;
  beforeEach(async () => {
    store = await open();
    opened.push(store);
  });
  const verbs = async (): Promise<readonly string[]> =>
    (await store.audit.list(null, 50)).items.map((event) => event.verb).toSorted();

  it('has nothing in force at first; the first proposal is, also when it would need a second person', async () => {
    expect(await store.policy.version()).toBe(0);
    expect(await store.policy.inForce()).toBeNull();
    expect(await store.policy.propose(proposal('h1', { needsApproval: true }), NOW)).toBe('activated');
    expect(await store.policy.inForce()).toMatchObject({ version: 1, bundleHash: 'h1', pinned: false, overrides: [] });
    expect(await store.bundles.get('h1')).toBe('["h1"]');
    expect(await verbs()).toEqual(['policy.activated', 'policy.proposed']);
  });

  it('puts a harmless change in force and lets a grave one wait for somebody else than its author', async () => {
    await store.policy.propose(proposal('h1'), NOW);
    expect(await store.policy.propose(proposal('h2'), NOW + 1)).toBe('activated');
    expect(await store.policy.propose(proposal('h3', { needsApproval: true, author: 'ana' }), NOW + 2)).toBe('waits');
    expect(await store.policy.propose(proposal('h3', { needsApproval: true }), NOW + 3)).toBe('known');
    expect(await store.policy.activate('h3', { pin: false, why: '' }, ACTOR, NOW + 4)).toBe('needs_approval');
    expect(await store.policy.approve('h3', ANA, 'mine', NOW + 5)).toBe('own');
    expect((await store.policy.inForce())?.bundleHash).toBe('h2');
    expect(await store.policy.approve('h3', BEN, 'read it', NOW + 6)).toBe('done');
    expect((await store.policy.inForce())?.bundleHash).toBe('h3');
    expect(await store.policy.bundle('h3')).toMatchObject({
      state: 'active',
      base: 'h2',
      approvals: [{ userId: 'usr_ben', why: 'read it', at: new Date(NOW + 6).toISOString() }],
    });
    expect(await store.policy.approve('h3', BEN, 'again', NOW + 7)).toBe('not_waiting');
    expect(await store.policy.approve('h9', BEN, 'what', NOW + 7)).toBe('unknown');
  });

  it('lists bundles, the latest change first; a later candidate replaces one that waits', async () => {
    await store.policy.propose(proposal('h1'), NOW);
    await store.policy.propose(proposal('h2', { needsApproval: true }), NOW + 1);
    await store.policy.propose(proposal('h3', { needsApproval: true }), NOW + 2);
    expect((await store.policy.bundle('h2'))?.state).toBe('retired');
    expect(await store.policy.refuse('h3', 'too broad', ACTOR, NOW + 3)).toBe('done');
    expect(await store.policy.refuse('h3', 'too broad', ACTOR, NOW + 3)).toBe('not_waiting');
    expect(await store.policy.activate('h3', { pin: false, why: '' }, ACTOR, NOW + 4)).toBe('refused');
    const first = await store.policy.bundles(null, 2);
    const rest = await store.policy.bundles(first.nextCursor, 2);
    expect([...first.items, ...rest.items].map((row) => [row.hash, row.state])).toEqual([
      ['h3', 'refused'],
      ['h2', 'retired'],
      ['h1', 'active'],
    ]);
  });

  it('does not go back to what was refused, or waits again, since it was in force', async () => {
    for (const [index, hash] of ['h1', 'h2', 'h3', 'h4'].entries()) {
      await store.policy.propose(proposal(hash), NOW + index);
    }
    await store.policy.activate('h3', { pin: true, why: 'h4 was wrong' }, ACTOR, NOW + 4);
    expect(await store.policy.former()).toBe('h2');
    expect(await store.policy.propose(proposal('h2'), NOW + 5)).toBe('waits');
    expect(await store.policy.former()).toBe('h1');
    expect(await store.policy.refuse('h2', 'wrong still', ACTOR, NOW + 6)).toBe('done');
    expect(await store.policy.former()).toBe('h1');
  });

  it('goes back further each time, never forward again to what was gone back from', async () => {
    for (const [index, hash] of ['h1', 'h2', 'h3'].entries()) await store.policy.propose(proposal(hash), NOW + index);
    for (const hash of ['h2', 'h1']) {
      expect(await store.policy.former()).toBe(hash);
      await store.policy.activate(hash, { pin: true, why: 'wrong' }, ACTOR, NOW + 4);
    }
    expect(await store.policy.former()).toBeNull();
    await store.policy.activate('h3', { pin: false, why: 'it was right' }, ACTOR, NOW + 5);
    expect(await store.policy.former()).toBe('h1');
  });

  it('takes back what waits when its files are again as those in force', async () => {
    await store.policy.propose(proposal('h1'), NOW);
    await store.policy.propose(proposal('h2', { needsApproval: true }), NOW + 1);
    await store.policy.takeBack('h9', NOW + 2);
    expect((await store.policy.bundle('h2'))?.state).toBe('candidate');
    await store.policy.takeBack('h1', NOW + 3);
    expect(await store.policy.bundle('h2')).toMatchObject({ state: 'retired', reason: 'its files were taken back' });
    expect(await store.policy.approve('h2', BEN, 'read it', NOW + 4)).toBe('not_waiting');
    expect(await store.policy.propose(proposal('h2', { needsApproval: true }), NOW + 5)).toBe('waits');
  });

  it('goes back to a former bundle and stays there while files change, until somebody activates', async () => {
    await store.policy.propose(proposal('h1'), NOW);
    await store.policy.propose(proposal('h2'), NOW + 1);
    expect(await store.policy.former()).toBe('h1');
    expect(await store.policy.activate('h1', { pin: true, why: 'too many hits' }, ACTOR, NOW + 2)).toBe('done');
    expect(await store.policy.inForce()).toMatchObject({ bundleHash: 'h1', pinned: true });
    expect(await store.policy.propose(proposal('h3'), NOW + 3)).toBe('waits');
    expect(await store.policy.activate('h3', { pin: true, why: '' }, ACTOR, NOW + 4)).toBe('never_active');
    expect(await store.policy.activate('h3', { pin: false, why: 'mended' }, ACTOR, NOW + 5)).toBe('done');
    expect(await store.policy.inForce()).toMatchObject({ bundleHash: 'h3', pinned: false });
    expect(await store.policy.activate('h3', { pin: false, why: '' }, ACTOR, NOW + 6)).toBe('unchanged');
  });

  it('raises the version with every override and keeps what each version was', async () => {
    await store.policy.propose(proposal('h1'), NOW);
    const kill = { rule: 'a.b', region: '*', mode: 'disabled', why: 'wrong', until: null };
    await store.policy.setOverride(kill, ACTOR, NOW + 1);
    const until = new Date(NOW + 60_000).toISOString();
    await store.policy.setOverride({ ...kill, region: 'de', mode: 'canary(10)', until }, ACTOR, NOW + 2);
    expect(await store.policy.version()).toBe(3);
    const full = { ...kill, by: ACTOR, at: new Date(NOW + 1).toISOString() };
    expect((await store.policy.inForce())?.overrides[0]).toEqual(full);
    expect((await store.policy.inForce())?.overrides[1]).toMatchObject({ region: 'de', mode: 'canary(10)', until });
    expect(await store.policy.dropOverride('a.b', 'us', ACTOR, NOW + 3)).toBe(false);
    expect(await store.policy.dropOverride('a.b', '*', ACTOR, NOW + 3)).toBe(true);
    expect((await store.policy.inForce())?.overrides.map((entry) => entry.region)).toEqual(['de']);
    expect(await store.policy.atVersion(2)).toMatchObject({ version: 2, bundleHash: 'h1', overrides: [full] });
    expect(await store.policy.atVersion(99)).toBeNull();
    expect((await verbs()).filter((verb) => verb.includes('override'))).toEqual([
      'policy.override_dropped',
      'policy.override_set',
      'policy.override_set',
    ]);
  });

  it('counts each decision once: hits, removals, and what shadow rules would have done', async () => {
    const source = await sourceOf(store);
    const made = [
      decision({ action: 'remove', regions: ['de', 'us'], rules: [hit()] }),
      decision({
        action: 'allow',
        regions: ['fr'],
        shadow: [hit({ rule: 'new.rule', mode: 'shadow', action: 'hold' })],
      }),
    ];
    const claim = await claimed(store, source);
    expect(claim.policyVersion).toBe(await store.policy.version());
    await store.work.complete(claim, record({ decisions: made, policyVersion: 7 }), NOW);
    expect(await store.policy.count(100, NOW)).toBe(2);
    expect(await store.policy.count(100, NOW)).toBe(0);
    expect(await store.policy.removalsOf(DAY)).toEqual([
      { rule: 'fraud.rule', region: 'de', removals: 1 },
      { rule: 'fraud.rule', region: 'us', removals: 1 },
    ]);
    expect(await store.policy.ruleDays('fraud.rule', DAY)).toMatchObject([
      { region: 'de', day: DAY, mode: 'enforce', acted: true, hits: 1, removals: 1 },
      { region: 'us', hits: 1 },
    ]);
    const shadow = await store.policy.shadowOf('new.rule', `${DAY}T00:00:00.000Z`);
    expect(shadow.counts).toEqual([{ region: 'fr', would: 'hold', real: 'allow', count: 1 }]);
    expect(shadow.samples).toMatchObject([{ noteId: claim.noteId, region: 'fr', would: 'hold', real: 'allow' }]);
    await store.notes.erase(source, claim.noteId, ACTOR, NOW);
    const after = await store.policy.shadowOf('new.rule', `${DAY}T00:00:00.000Z`);
    expect([after.counts.length, after.samples.length]).toEqual([1, 0]);
  });

  it('counts what people decided about a rule, by language; what was taken back does not count', async () => {
    const source = await sourceOf(store);
    const { userId } = await store.access.createUser({ login: 'ana', passwordHash: 'x', role: 'admin' }, NOW);
    const sight: Sight = { userId, role: 'admin', languages: null, regions: null, categories: null, desks: DESKS };
    const decided = async (language: string, action: 'allow' | 'remove', rule = 'fraud.rule'): Promise<string> => {
      const claim = await claimed(store, source);
      const held = decision({ action: 'hold', regions: ['de', 'us'], rules: [hit({ rule })] });
      const cases = [caseTerms(NOW, { category: null })];
      await store.work.complete(claim, record({ language, decisions: [held], cases }), NOW);
      const { items } = await store.desk.list(sight, { noteId: claim.noteId }, { cursor: null, limit: 1, now: NOW });
      const lent = await store.desk.claim(sight, must(items[0] ?? null).caseId, 300_000, NOW);
      if (lent.kind !== 'claimed') throw new Error(lent.kind);
      const verdict = {
        regions: ['de'],
        policy: 'de',
        action,
        severity: 2,
        category: null,
        ground: null,
        notice: null,
        noticeTexts: [],
        end: null,
        appealDeadline: null,
      };
      const result = await store.desk.submit(
        {
          hold: { caseId: lent.lease.caseId, userId, epoch: lent.lease.epoch },
          verdicts: [verdict],
          bundleHash: 'h1',
          trigger: 'own_initiative',
          triggerRef: null,
          outcome: null,
          appealState: null,
          reportState: null,
          reason: null,
          seconds: 3,
          translationShown: false,
          undoMs: 10_000,
        },
        NOW,
      );
      if (result.kind !== 'decided') throw new Error(result.kind);
      return result.submissionId;
    };
    for (const [language, action] of [
      ['ar', 'remove'],
      ['ar', 'remove'],
      ['ar', 'allow'],
      ['es', 'allow'],
    ] as const) {
      await decided(language, action);
    }
    await decided('es', 'remove', 'other.rule');
    const undone = await decided('es', 'remove');
    expect((await store.desk.undo(undone, userId, 300_000, NOW)).kind).toBe('undone');
    const since = new Date(NOW - 1_000).toISOString();
    expect(await store.policy.outcomesOf('fraud.rule', since)).toEqual([
      { language: 'ar', action: 'remove', count: 2 },
      { language: 'ar', action: 'allow', count: 1 },
      { language: 'es', action: 'allow', count: 1 },
    ]);
    expect(await store.policy.outcomesOf('fraud.rule', new Date(NOW + 1_000).toISOString())).toEqual([]);
  });

  it('trips once a day, and never over a milder word of a person', async () => {
    await store.policy.propose(proposal('h1'), NOW);
    const found = { rule: 'a.b', region: 'de', removals: 11, day: DAY, limit: 10 };
    expect(await store.policy.trip(found, NOW)).toBe(true);
    expect((await store.policy.inForce())?.overrides).toMatchObject([
      { rule: 'a.b', region: 'de', mode: 'shadow', by: { kind: 'system', id: 'breaker' } },
    ]);
    await store.policy.dropOverride('a.b', 'de', ACTOR, NOW + 1);
    expect(await store.policy.trip({ ...found, removals: 12 }, NOW + 2)).toBe(false);
    expect((await store.policy.inForce())?.overrides).toEqual([]);
    await store.policy.setOverride(
      { rule: 'a.b', region: 'us', mode: 'disabled', why: 'off', until: null },
      ACTOR,
      NOW,
    );
    expect(await store.policy.trip({ ...found, region: 'us' }, NOW + 3)).toBe(true);
    expect((await store.policy.inForce())?.overrides).toMatchObject([{ region: 'us', mode: 'disabled' }]);
    expect(await verbs()).toContain('policy.breaker_tripped');
  });

  it('keeps the progress of a backtest', async () => {
    const ask = { since: new Date(NOW).toISOString(), most: 100, rule: null };
    await store.policy.startBacktest('bt_1', 'usr_ben', ask, NOW);
    expect(await store.policy.backtest('bt_1')).toMatchObject({ state: 'running', done: 0, ask, result: null });
    await store.policy.moveBacktest('bt_1', { state: 'done', done: 5, result: { notes: 5 } }, NOW + 1);
    expect(must(await store.policy.backtest('bt_1'))).toMatchObject({ state: 'done', done: 5, result: { notes: 5 } });
    expect(await store.policy.backtest('bt_2')).toBeNull();
  });
});
