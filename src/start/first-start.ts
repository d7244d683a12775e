/** The first administrator and the first API key; shown once, since only hashes are kept. */
import type { App } from '../compose.js';
import { SCOPES } from '../ports/store.js';
import { createKey } from '../usecases/keys.js';

const PASSWORD_BYTES = 15;
const FIRST_LOGIN = 'admin';
const FIRST_SOURCE = 'default';

export interface FirstStart {
  /** Null: made at an earlier start. */
  readonly admin: { readonly login: string; readonly password: string } | null;
  readonly key: string | null;
}

export async function firstStart(app: App): Promise<FirstStart> {
  const { store, ids, clock, hasher } = app;
  const hasUsers = (await store.access.listUsers()).length > 0;
  const hasKeys = (await store.access.listKeys()).length > 0;
  const password = ids.secret(PASSWORD_BYTES);
  if (!hasUsers) {
    const passwordHash = await hasher.hash(password);
    await store.access.createUser({ login: FIRST_LOGIN, passwordHash, role: 'admin' }, clock.now());
  }
  const order = { sourceName: FIRST_SOURCE, label: 'first start', scopes: SCOPES, expiresAt: null };
  const key = hasKeys ? null : (await createKey({ access: store.access, ids, clock }, order)).text;
  return { admin: hasUsers ? null : { login: FIRST_LOGIN, password }, key };
}

/** What `npm start` prints on stdout. */
export function greeting(url: string, first: FirstStart): string {
  const login =
    first.admin === null
      ? 'Sign-in    an administrator exists; reset with: npm run -s polywarden -- user password --login admin'
      : `Sign-in    login ${first.admin.login}  password ${first.admin.password}   (shown once)`;
  const key =
    first.key === null
      ? 'API key    keys exist; make another with: npm run -s polywarden -- key create'
      : `API key    ${first.key}   (shown once)`;
  return [
    'Polywarden is ready.',
    `Dashboard  ${url}/`,
    `API        ${url}/v1   docs ${url}/docs   OpenAPI ${url}/openapi.json`,
    `Queues     ${url}/admin/queues`,
    login,
    key,
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}
