import { beforeAll, expect, it } from 'vitest';
import { loadBundle } from '../../../src/adapters/policy-folder.js';
import type { Bundle } from '../../../src/policy/bundle.js';
import type { NoteView, StoredDecision } from '../../../src/ports/store.js';
import { withPolicyNotices } from '../../../src/usecases/review/policy-notices.js';
import { decision, evidenceOf, hit, must } from '../../support/store.js';

const AT = '2026-11-20T12:00:00.000Z';
let bundle: Bundle;
beforeAll(async () => {
  bundle = await loadBundle('policies');
});

const stored = (change: Partial<StoredDecision>): StoredDecision => ({
  ...decision(),
  decisionId: 'dec_1',
  revision: 1,
  sequence: 1,
  by: { kind: 'policy', id: 'de' },
  bundleHash: 'b1',
  supersedes: null,
  supersededBy: null,
  createdAt: AT,
  ...change,
});
const viewOf = (language: string, ...decisions: readonly StoredDecision[]): NoteView => ({
  noteId: 'note_1',
  externalId: 'post-1',
  status: 'decided',
  createdAt: AT,
  revisions: [
    {
      revisionId: 'rev_1',
      revision: 1,
      contentHash: '',
      status: 'decided',
      acceptedAt: AT,
      decidedAt: AT,
      note: null,
      evidence: evidenceOf({
        language: {
          status: 'found',
          ms: 1,
          version: '1',
          value: { languages: [{ tag: language, confidence: 1 }], segments: [], mixed: false },
        },
      }),
      trace: null,
    },
  ],
  decisions,
});
const told = async (view: NoteView, known: Bundle | null = bundle) => {
  const ports = { bundleAt: async () => known, appealUrl: 'https://app.example/appeal' };
  return (await withPolicyNotices(view, ports)).decisions.map(({ notices }) => notices ?? []);
};
const removed = stored({
  regions: ['de'],
  policy: 'de',
  action: 'remove',
  severity: 3,
  category: 'fraud.scam',
  ground: { kind: 'terms', ref: 'honesty-1' },
  rules: [hit({ rule: 'fraud.scam.remove', action: 'remove', notice: 'scam' })],
});

it('says what was done, why, that no person decided, and until when one can be asked', async () => {
  const [notices] = await told(viewOf('de', removed));
  expect(notices).toHaveLength(1);
  const [notice] = must(notices);
  expect(notice).toMatchObject({ regions: ['de'], language: 'de', inAuthorsLanguage: true, openSlots: [] });
  const text = must(notice)
    .sentences.map((one) => one.text)
    .join(' ');
  expect(text).toContain('20. November 2026');
  expect(text).toContain('entschieden hat ein automatisches System');
  expect(text).toContain('23. Mai 2027');
  expect(must(notice).sentences.map(({ key }) => key)).toContain('scam');
});

it('is silent where nothing is restricted, leaves what people wrote, and is empty once the files are gone', async () => {
  const looked = stored({ action: 'review' });
  const own = [{ ...must(must((await told(viewOf('en', removed)))[0])[0]), language: 'xx' }];
  const person = stored({ ...removed, by: { kind: 'person', id: 'usr_1' }, notices: own });
  expect(await told(viewOf('en', looked, stored({ action: 'allow' }), person))).toEqual([[], [], own]);
  expect(await told(viewOf('en', removed), null)).toEqual([[]]);
});

it('says of a warning that the note stays, in every language of the notices', async () => {
  const warned = stored({ action: 'warn', regions: ['us'], policy: 'us', ground: { kind: 'terms', ref: 'manners-1' } });
  for (const language of bundle.notices.keys()) {
    const [notices] = await told(viewOf(language, warned));
    expect(must(must(notices)[0])).toMatchObject({
      language,
      sentences: expect.arrayContaining([expect.objectContaining({ key: 'what_warned' })]),
    });
  }
});
