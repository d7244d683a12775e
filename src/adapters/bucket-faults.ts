/**
 * Why a bucket cannot be used, in words of ours: by name, status and code of the client's error. Its message is not
 * quoted, nor that of a provider of credentials, since either may hold what was sent.
 */

const WHY: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  AccessDenied: 'the credentials do not allow this',
  Forbidden: 'the credentials do not allow this',
  AllAccessDisabled: 'the credentials do not allow this',
  InvalidAccessKeyId: 'the credentials are not accepted',
  SignatureDoesNotMatch: 'the credentials are not accepted',
  ExpiredToken: 'the credentials have expired',
  InvalidToken: 'the credentials are not accepted',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  PermanentRedirect: 'it lies in another region; set BLOBS_REGION',
  AuthorizationHeaderMalformed: 'it lies in another region; set BLOBS_REGION',
  CredentialsProviderError:
    'no credentials were found in environment, profile or role; they are not read from a file .env',
  DamagedError: 'what came is not what was put',
};
const NO_REGION = /^region (is missing|not accepted)/i;

const plainWord = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll(/\W/g, '').slice(0, 60) : '';

export const errorNameOf = (error: unknown): string => (error instanceof Error ? plainWord(error.name) : '');

function statusOf(error: Error): string {
  const answer = '$metadata' in error ? error.$metadata : undefined;
  if (typeof answer !== 'object' || answer === null || !('httpStatusCode' in answer)) return '';
  return typeof answer.httpStatusCode === 'number' ? `HTTP ${answer.httpStatusCode}` : '';
}

export function whyNotUsed(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown fault';
  if (NO_REGION.test(error.message)) return 'no usable region is named; set BLOBS_REGION';
  const name = errorNameOf(error);
  // The client calls a connection that was cut a timeout; the code says what it was.
  const parts = [('code' in error && plainWord(error.code)) || name, statusOf(error)];
  const said = parts.filter((part) => part !== '' && part !== 'Error').join(', ');
  const why = WHY[name];
  return why === undefined ? said || 'an unknown fault' : `${why} (${said})`;
}
