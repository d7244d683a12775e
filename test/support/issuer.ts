/** A small issuer of OpenID Connect on loopback: discovery, keys, code for token with PKCE. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Issuer {
  readonly url: string;
  /** What the next identity token says beside the usual. */
  claims: Record<string, unknown>;
  /** Nonce that is said instead of the one that was asked for. */
  wrongNonce: boolean;
  /** Signs with a key that it does not publish. */
  wrongKey: boolean;
  /** The person at the issuer's page agrees: where the browser is sent back. */
  agree(authorizationUrl: string): string;
  close(): Promise<void>;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function openIssuer(clientId: string): Promise<Issuer> {
  const keys = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2_048 }));
  const codes = new Map<string, { readonly challenge: string; readonly nonce: string; readonly redirectUri: string }>();
  const sign = (payload: object): string => {
    const text = `${base64({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64(payload)}`;
    const key = keys[issuer.wrongKey ? 1 : 0]?.privateKey;
    if (key === undefined) throw new Error('no key');
    return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
  };
  const tokenFor = (form: URLSearchParams): object | null => {
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (code === undefined || challenge !== code.challenge || form.get('redirect_uri') !== code.redirectUri)
      return null;
    const now = Math.floor(Date.now() / 1_000);
    const nonce = issuer.wrongNonce ? 'other' : code.nonce;
    const id = { iss: issuer.url, aud: clientId, sub: 'person-1', iat: now, exp: now + 60, nonce, ...issuer.claims };
    return { access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: sign(id) };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const send = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      // For browsers: the person is signed in there and agrees at once.
      if (request.url?.startsWith('/authorize?') === true) {
        return response.writeHead(302, { location: issuer.agree(`${issuer.url}${request.url}`) }).end();
      }
      switch (request.url) {
        case '/.well-known/openid-configuration':
          return send(200, {
            issuer: issuer.url,
            authorization_endpoint: `${issuer.url}/authorize`,
            token_endpoint: `${issuer.url}/token`,
            jwks_uri: `${issuer.url}/keys`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
            code_challenge_methods_supported: ['S256'],
          });
        case '/keys':
          return send(200, {
            keys: [{ ...keys[0]?.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }],
          });
        case '/token': {
          const token = tokenFor(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
          return token === null ? send(400, { error: 'invalid_grant' }) : send(200, token);
        }
        default:
          return send(404, {});
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    claims: {},
    wrongNonce: false,
    wrongKey: false,
    agree(authorizationUrl) {
      const { searchParams } = new URL(authorizationUrl);
      const of = (name: string): string => searchParams.get(name) ?? '';
      const code = randomBytes(16).toString('hex');
      codes.set(code, { challenge: of('code_challenge'), nonce: of('nonce'), redirectUri: of('redirect_uri') });
      return `${of('redirect_uri')}?code=${code}&state=${encodeURIComponent(of('state'))}`;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return issuer;
}
