/** OpenID Connect: discovery, code flow with PKCE, state and nonce. The one importer of openid-client. */
import * as client from 'openid-client';
import { InvalidInputError, UnavailableError } from '../errors.js';
import { openOnce } from '../open-once.js';
import type { OpenId, OpenIdPerson } from '../ports/review.js';

export interface OpenIdOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, PKCE alone. */
  readonly clientSecret: string | null;
  readonly name: string;
  readonly scope: string;
  readonly loginClaim: string;
  readonly roleClaim: string;
}

const TIMEOUT_S = 10;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const MOST_GROUPS = 1_000;

export function openOpenId(options: OpenIdOptions): OpenId {
  /** Asked for when somebody first signs in: a start does not hang on an issuer that is away. */
  const configuration = openOnce(() =>
    discover(options).catch((cause: unknown) => {
      throw new UnavailableError('sign_in_unavailable', 'The issuer of OpenID Connect does not answer', { cause });
    }),
  );
  return {
    name: options.name,
    async begin(redirectUri) {
      const config = await configuration();
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: options.scope,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, state, nonce, verifier };
    },
    async finish(callbackUrl, { state, nonce, verifier }) {
      const config = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(config, new URL(callbackUrl), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        return personOf(options, tokens.claims() ?? {});
      } catch (cause) {
        if (cause instanceof InvalidInputError) throw cause;
        throw new InvalidInputError('unauthenticated', 'The sign-in did not succeed; begin again.', [], { cause });
      }
    },
  };
}

async function discover(options: OpenIdOptions): Promise<client.Configuration> {
  const issuer = new URL(options.issuer);
  // Without TLS only on this machine.
  const plain = issuer.protocol === 'http:' && LOOPBACK.has(issuer.hostname);
  const secret = options.clientSecret;
  return client.discovery(
    issuer,
    options.clientId,
    secret ?? undefined,
    secret === null ? client.None() : client.ClientSecretPost(secret),
    // The signature of the identity token is checked too, though it comes straight from the issuer.
    {
      timeout: TIMEOUT_S,
      execute: [client.enableNonRepudiationChecks, ...(plain ? [client.allowInsecureRequests] : [])],
    },
  );
}

function personOf(options: OpenIdOptions, claims: Readonly<Record<string, unknown>>): OpenIdPerson {
  const { sub, iss } = claims;
  const login = claims[options.loginClaim];
  if (typeof sub !== 'string' || typeof iss !== 'string') {
    throw new InvalidInputError('unauthenticated', 'The issuer did not say who you are.');
  }
  if (typeof login !== 'string' || !/^[^\s\p{Cc}\p{Cs}]{1,100}$/u.test(login)) {
    throw new InvalidInputError('unauthenticated', `The issuer sends no usable ${options.loginClaim}.`);
  }
  const groups = [claims[options.roleClaim]].flat().filter((group) => typeof group === 'string');
  return { subject: `${iss}|${sub}`, login, groups: groups.slice(0, MOST_GROUPS) };
}
