/** One example for each schema that a platform's engineer meets first; a test holds each against its schema. */

const NOTE_ID = 'note_01M7YPW92W65Z68MAXH9W70W7S';
const REVISION_ID = 'rev_01M7YPW92XW74JYF7Z9K3F2HTQ';
const DECISION_ID = 'dec_01M7YPW96B2AEMWWB5C7A03TT1';
const BUNDLE = '35dc2f5fc82c8007ea7953fefcce07ccd020ef86f59dd4a98d5a3a368affd251';
const AT = '2026-11-21T09:26:56.454Z';
const links = { self: `/v1/notes/${NOTE_ID}` };

const endpoint = {
  id: 'wh_01M7YQGJCP6SDN6W31Y7ATJNR1',
  url: 'https://platform.example/hooks/polywarden',
  events: ['note.decided', 'decision.changed', 'note.erased'],
  status: 'active',
  createdAt: AT,
  description: 'production',
};
const ground = { kind: 'terms', ref: 'trade-4', url: 'https://example.org/terms#trade-4', version: '2026-01' };
const finding = {
  category: 'commerce.divert',
  score: 0.75,
  calibrated: 0.75,
  severity: 1,
  source: 'term',
  detector: 'zh.divert.wechat',
  part: 'body',
  spans: [{ start: 5, end: 10 }],
  view: 'raw',
};
const hit = {
  rule: 'commerce.divert.limit',
  category: 'commerce.divert',
  action: 'require_edit',
  message: 'Leads people off the platform.',
};
const decision = {
  decisionId: DECISION_ID,
  revision: 1,
  sequence: 1,
  regions: ['cn'],
  policy: 'cn',
  action: 'require_edit',
  sideActions: [],
  severity: 1,
  category: 'commerce.divert',
  ground,
  rules: [{ ...hit, severity: 1, sideActions: [], mode: 'enforce', ground, notice: 'diversion', findings: [finding] }],
  gaps: [],
  end: '2026-11-23T09:26:56.454Z',
  by: { kind: 'policy', id: 'cn' },
  bundleHash: BUNDLE,
  supersedes: null,
  supersededBy: null,
  createdAt: AT,
  notices: [
    {
      regions: ['cn'],
      language: 'zh-Hans',
      direction: 'ltr',
      inAuthorsLanguage: true,
      sentences: [{ key: 'what_edit', text: '请在 2026年11月23日 前修改您的笔记，之后我们会重新查看。' }],
      openSlots: [],
    },
  ],
};
const accepted = {
  id: NOTE_ID,
  externalId: 'post-81',
  revision: 1,
  revisionId: REVISION_ID,
  status: 'accepted',
  links,
};
const problem = {
  type: 'urn:polywarden:error:region_unknown',
  title: 'The region is neither a policy region nor an ISO 3166-1 country',
  status: 400,
  detail: 'Neither an ISO 3166-1 country nor a policy region',
  code: 'region_unknown',
  traceId: 'req_01M7YQ0PHFXRRGWHSC8MWJP37B',
  retry: false,
  errors: [{ pointer: '/regions/1', message: 'Neither an ISO 3166-1 country nor a policy region' }],
};
const event = { noteId: NOTE_ID, externalId: 'post-81', revision: 1, sequence: 1 };
const verdict = { decisionId: DECISION_ID, regions: ['cn'], action: 'require_edit', category: 'commerce.divert' };
const score = { score: 0.156, p: 0.136, calibrated: 0.188 };

export const OPENAPI_EXAMPLES: Readonly<Record<string, object>> = {
  NoteInput: {
    externalId: 'post-81',
    kind: 'listing',
    title: '手工耳环',
    body: '喜欢的姐妹加我v信：earring_demo88',
    createdAt: '2026-11-21T09:26:00Z',
    author: { id: 'author-7', region: 'cn', accountType: 'private' },
    regions: ['cn', 'us'],
    context: { reach: 1200 },
    images: [{ url: 'https://platform.example/pictures/81.jpg' }],
  },
  Accepted: accepted,
  NoteAnswer: {
    id: NOTE_ID,
    externalId: 'post-81',
    status: 'decided',
    createdAt: AT,
    revisions: [
      {
        revisionId: REVISION_ID,
        revision: 1,
        contentHash: 'bf3865cdc49b5a0e873754853731552340991ce7845d7c5ef62306b4d7e39870',
        status: 'decided',
        acceptedAt: AT,
        decidedAt: AT,
        note: {
          kind: 'listing',
          title: '手工耳环',
          body: '喜欢的姐妹加我v信：earring_demo88',
          regions: ['cn'],
          context: {},
          images: [],
        },
        evidence: {
          languages: [{ tag: 'zh-Hans', confidence: 0.52 }],
          mixed: true,
          repaired: false,
          signs: [],
          scores: { toxicity: score },
          competence: { toxicity: 'validated' },
          textModel: { name: 'polywarden-text@3.3', language: 'zh-Hans' },
          findings: [finding],
          contacts: { messenger: 1 },
          pictures: [],
        },
        trace: {
          stages: [
            { stage: 'match', status: 'found', ms: 31.4, version: '3', why: null },
            { stage: 'deliberate', status: 'skipped', ms: null, version: null, why: 'not_configured' },
          ],
          rules: [{ regions: ['cn'], ...hit, findings: 1 }],
          gaps: [],
        },
      },
    ],
    decisions: [decision],
    links,
  },
  NotePage: {
    items: [
      {
        id: NOTE_ID,
        externalId: 'post-81',
        status: 'decided',
        revision: 1,
        authorId: 'author-7',
        language: 'zh-Hans',
        strongest: 'require_edit',
        createdAt: AT,
        decidedAt: AT,
        title: '手工耳环',
        links,
      },
    ],
    nextCursor: null,
  },
  BatchAnswer: {
    accepted: 1,
    refused: 1,
    items: [
      { index: 0, status: 202, accepted },
      { index: 1, status: 400, problem },
    ],
  },
  Problem: problem,
  EndpointInput: { url: endpoint.url, events: ['note.decided', 'decision.changed'], description: 'production' },
  EndpointAnswer: endpoint,
  EndpointWithSecret: { ...endpoint, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' },
  Delivery: {
    id: 'dlv_01M7YQGJN56A4ZQ4CQ16WBTAV2',
    endpointId: endpoint.id,
    eventId: 'evt_01M7YQGJVK98121B5C0QP4H2PY',
    eventType: 'note.decided',
    status: 'due',
    attempts: 1,
    nextAttemptAt: '2026-11-21T09:27:03Z',
    lastStatus: 500,
    lastError: 'HTTP 500',
    createdAt: AT,
  },
  NoteDecidedEvent: {
    type: 'note.decided',
    timestamp: AT,
    data: { ...event, decisions: [{ ...verdict, supersedes: null }] },
  },
  DecisionChangedEvent: {
    type: 'decision.changed',
    timestamp: AT,
    data: {
      ...event,
      sequence: 2,
      decisions: [
        {
          ...verdict,
          decisionId: 'dec_01M7YQGJDSXEY4VBWR73CBZ35X',
          action: 'allow',
          category: null,
          supersedes: DECISION_ID,
        },
      ],
    },
  },
  NoteErasedEvent: { type: 'note.erased', timestamp: AT, data: { ...event, sequence: 3 } },
  EndpointTestEvent: { type: 'endpoint.test', timestamp: AT, data: { endpointId: endpoint.id } },
  ModerationInput: { input: ['Lovely weather today', 'I will find you tomorrow'] },
  NewAppealInput: {
    externalId: 'post-81',
    reference: 'appeal-3',
    by: 'author',
    text: 'This is my own shop, and the terms allow it.',
    language: 'en',
  },
  NewReportInput: {
    externalId: 'post-81',
    reference: 'report-12',
    category: 'fraud.scam',
    regions: ['de'],
    reasons: 'The shop does not exist; the address belongs to somebody else.',
    reporter: { kind: 'person', name: 'A. Example', email: 'a@platform.example' },
    goodFaith: true,
  },
  SealedReadInput: { why: 'Request 2026-114 of the authority' },
  KeyInput: { sourceName: 'platform', label: 'production', scopes: ['notes:write', 'notes:read'], expiresAt: null },
};
