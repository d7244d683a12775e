/**
 * Who may call what, in one table. A route without a rule stops the start (`onRoute` in server.ts),
 * and a test walks the live routes with every kind of caller.
 */
import { ROLES, type Role, type Scope } from '../ports/store.js';
import { WORKING_ROLES } from '../usecases/review/sight.js';

export type Rule =
  | { readonly who: 'anyone' }
  | {
      readonly who: 'known';
      /** An API key needs one of these; empty: no key may. */
      readonly scopes: readonly Scope[];
      /** A person signed in needs one of these; empty: no person may. */
      readonly roles: readonly Role[];
      /** How an unsafe request of a cookie session proves that it comes from our own pages. */
      readonly csrf: 'token' | 'same-origin';
    };

const anyone: Rule = { who: 'anyone' };
const keyWith = (...scopes: readonly Scope[]): Rule => ({ who: 'known', scopes, roles: [], csrf: 'token' });
const people = (...roles: readonly Role[]): Rule => ({ who: 'known', scopes: [], roles, csrf: 'token' });
const keyOr = (scope: Scope, roles: readonly Role[]): Rule => ({
  who: 'known',
  scopes: [scope],
  roles,
  csrf: 'token',
});

/**
 * Beyond the role, what a person sees and claims of the queue follows their rights (`usecases/review/sight.ts`), and a
 * note whose cases all lie at desks of others is closed to them wherever notes are read (`look-up.ts`).
 */

/** Who reads what rules are and did; authors and admins change it. */
const POLICY_READERS: readonly Role[] = ['policy_author', 'auditor', 'admin'];
const POLICY_AUTHORS: readonly Role[] = ['policy_author', 'admin'];

export const ROUTE_RULES: Readonly<Record<string, Rule>> = {
  'POST /v1/notes': keyWith('notes:write'),
  'POST /v1/notes/batch': keyWith('notes:write'),
  'GET /v1/notes': keyOr('notes:read', ROLES),
  'GET /v1/notes/:id': keyOr('notes:read', ROLES),
  'GET /v1/notes/:id/images/:index': keyOr('notes:read', ROLES),
  'DELETE /v1/notes/:id': keyOr('notes:erase', ['admin']),
  'POST /v1/notes/:id/sealed': people('admin'),
  'DELETE /v1/authors/:id': keyWith('notes:erase'),
  'POST /v1/moderations': keyWith('moderations'),

  'POST /v1/webhooks': keyWith('webhooks'),
  'GET /v1/webhooks': keyWith('webhooks'),
  'PATCH /v1/webhooks/:id': keyWith('webhooks'),
  'DELETE /v1/webhooks/:id': keyWith('webhooks'),
  'POST /v1/webhooks/:id/rotate': keyWith('webhooks'),
  'POST /v1/webhooks/:id/test': keyWith('webhooks'),
  'POST /v1/webhooks/:id/redeliver': keyWith('webhooks'),
  'GET /v1/webhooks/deliveries': keyWith('webhooks'),
  'POST /v1/webhooks/deliveries/:id/redeliver': keyWith('webhooks'),

  'GET /v1/overview': people(...ROLES),
  'GET /v1/statistics': people(...ROLES),
  'GET /v1/search': people(...ROLES),
  'GET /v1/cases': people(...ROLES),
  'GET /v1/cases/counts': people(...ROLES),
  'GET /v1/cases/events': people(...ROLES),
  'GET /v1/cases/:id': people(...ROLES),
  'POST /v1/cases/:id/unblurred': people(...ROLES),
  'POST /v1/cases/next': people(...WORKING_ROLES),
  'POST /v1/cases/:id/claim': people(...WORKING_ROLES),
  'POST /v1/cases/:id/extend': people(...WORKING_ROLES),
  'POST /v1/cases/:id/release': people(...WORKING_ROLES),
  'POST /v1/cases/:id/skip': people(...WORKING_ROLES),
  'POST /v1/cases/:id/hand-over': people(...WORKING_ROLES),
  'POST /v1/cases/:id/escalate': people(...WORKING_ROLES),
  'POST /v1/cases/:id/native-speaker': people(...WORKING_ROLES),
  'POST /v1/cases/:id/ask': people(...WORKING_ROLES),
  'POST /v1/cases/:id/opinions/:opinion': people(...WORKING_ROLES),
  'POST /v1/cases/:id/comments': people(...WORKING_ROLES),
  'POST /v1/cases/:id/translation': people(...WORKING_ROLES),
  'GET /v1/cases/:id/second-opinion': people(...ROLES),
  'POST /v1/cases/:id/second-opinion': people(...WORKING_ROLES),
  'POST /v1/cases/:id/notice': people(...WORKING_ROLES),
  'POST /v1/cases/:id/decision': people(...WORKING_ROLES),
  'POST /v1/submissions/:id/undo': people(...WORKING_ROLES),
  'POST /v1/appeals': keyWith('appeals'),
  'GET /v1/appeals': keyWith('appeals'),
  'GET /v1/appeals/:id': keyWith('appeals'),
  'POST /v1/reports': keyWith('reports'),
  'GET /v1/reports': keyWith('reports'),
  'GET /v1/reports/:id': keyWith('reports'),
  'GET /v1/audit': people('auditor', 'admin'),
  'GET /v1/audit/verify': people('auditor', 'admin'),
  'GET /v1/users': people('admin'),
  'POST /v1/users': people('admin'),
  'PATCH /v1/users/:id': people('admin'),
  'POST /v1/users/:id/password': people('admin'),
  'GET /v1/colleagues': people(...WORKING_ROLES),
  'GET /v1/cases/:id/alike': people(...WORKING_ROLES),
  'GET /v1/cases/:id/colleagues': people(...WORKING_ROLES),
  'GET /v1/saved-filters': people(...ROLES),
  'POST /v1/saved-filters': people(...ROLES),
  'DELETE /v1/saved-filters/:id': people(...ROLES),
  'GET /v1/preferences': people(...ROLES),
  'PUT /v1/preferences': people(...ROLES),
  'GET /v1/policies': people(...POLICY_READERS),
  'GET /v1/policies/:region': people(...POLICY_READERS),
  'POST /v1/policies/:region/tests': people(...POLICY_AUTHORS),
  'GET /v1/policies/words': people(...POLICY_READERS),
  'GET /v1/policies/bundles': people(...POLICY_READERS),
  'POST /v1/policies/bundles/:hash/activate': people(...POLICY_AUTHORS),
  'POST /v1/policies/bundles/:hash/approve': people(...POLICY_AUTHORS),
  'POST /v1/policies/bundles/:hash/refuse': people(...POLICY_AUTHORS),
  'POST /v1/policies/rollback': people(...POLICY_AUTHORS),
  'PUT /v1/policies/overrides': people(...POLICY_AUTHORS),
  'DELETE /v1/policies/overrides': people(...POLICY_AUTHORS),
  'GET /v1/policies/rules/:id': people(...POLICY_READERS),
  'POST /v1/policies/try': people(...POLICY_AUTHORS),
  'POST /v1/policies/backtest': people(...POLICY_AUTHORS),
  'GET /v1/policies/backtest/:id': people(...POLICY_READERS),
  'GET /v1/keys': people('admin'),
  'POST /v1/keys': people('admin'),
  'DELETE /v1/keys/:id': people('admin'),

  'POST /auth/sign-in': anyone,
  'GET /auth/methods': anyone,
  'GET /auth/openid/start': anyone,
  'GET /auth/openid/callback': anyone,
  'POST /auth/password': people(...ROLES),
  'GET /auth/session': people(...ROLES),
  'POST /auth/sign-out': people(...ROLES),

  'GET /healthz': anyone,
  'GET /readyz': anyone,
  'GET /metrics': anyone,
  'GET /openapi.json': anyone,
};

/** Routes that plug-ins and `mount` add: the longest prefix that fits counts, and only for these methods. */
const PREFIX_RULES: readonly {
  readonly prefix: string;
  readonly methods: readonly string[];
  readonly rule: Rule;
}[] = [
  { prefix: '/docs', methods: ['GET', 'HEAD'], rule: anyone },
  {
    prefix: '/admin/queues',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    rule: { who: 'known', scopes: [], roles: ['admin'], csrf: 'same-origin' },
  },
  // The dashboard's own files hold nothing secret; what they show comes from the routes above.
  { prefix: '/', methods: ['GET', 'HEAD'], rule: anyone },
];
/** Under these only the table counts: a new route here must be written down. */
const LISTED_ONLY = ['/v1', '/auth', '/healthz', '/readyz', '/metrics'];

const under = (url: string, prefix: string): boolean =>
  prefix === '/' || url === prefix || url.startsWith(`${prefix}/`);

export function ruleOf(method: string, url: string): Rule | null {
  const exact = ROUTE_RULES[`${method} ${url}`] ?? (method === 'HEAD' ? ROUTE_RULES[`GET ${url}`] : undefined);
  if (exact !== undefined) return exact;
  if (LISTED_ONLY.some((prefix) => under(url, prefix))) return null;
  const fits = PREFIX_RULES.filter((entry) => under(url, entry.prefix) && entry.methods.includes(method));
  return fits.toSorted((a, b) => b.prefix.length - a.prefix.length)[0]?.rule ?? null;
}
