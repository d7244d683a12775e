/** Sign-in by an outside issuer. */

/** A person as an outside issuer vouches for them. */
export interface OpenIdPerson {
  readonly subject: string;
  readonly login: string;
  /** Values of the claim that carries roles. */
  readonly groups: readonly string[];
}
export interface OpenIdAttempt {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}
export interface OpenId {
  readonly name: string;
  begin(redirectUri: string): Promise<OpenIdAttempt>;
  /** Throws InvalidInputError `unauthenticated` when the answer of the issuer does not fit the attempt. */
  finish(callbackUrl: string, attempt: Omit<OpenIdAttempt, 'url'>): Promise<OpenIdPerson>;
}
