/**
 * One closed table of error codes. `docs/errors.md` holds the same codes, a test compares both ways.
 * `status` is the HTTP status, `retry` tells the caller whether the same request may succeed later.
 */
interface CodeEntry {
  readonly status: number;
  readonly retry: boolean;
  readonly title: string;
}
const code = (status: number, retry: boolean, title: string): CodeEntry => ({ status, retry, title });

export const ERROR_CODES = {
  // the request
  body_invalid: code(400, false, 'The body does not fit the schema'),
  json_invalid: code(400, false, 'The body is not valid JSON in UTF-8'),
  json_too_deep: code(400, false, 'The JSON is nested too deeply'),
  query_invalid: code(400, false, 'A path or query parameter does not fit the schema'),
  text_unstorable: code(400, false, 'The text holds characters that cannot be stored'),
  body_too_large: code(413, false, 'The body is larger than the limit'),
  media_type_unsupported: code(415, false, 'The content type is not supported'),
  region_unknown: code(400, false, 'The region is neither a policy region nor an ISO 3166-1 country'),
  language_unknown: code(400, false, 'The language tag is not BCP 47'),
  date_invalid: code(400, false, 'The date is not valid or lies in the future'),
  note_empty: code(422, false, 'The note has no title, no body and no picture'),
  cursor_invalid: code(400, false, 'The cursor was not issued by this list'),
  idempotency_key_reused: code(422, false, 'The idempotency key was used with another request'),
  idempotency_in_progress: code(409, true, 'A request with this idempotency key is still running'),
  conflict: code(409, false, 'The request conflicts with the present state'),
  no_speaker: code(409, false, 'Nobody who could take the case names this language'),
  name_taken: code(409, false, 'There is one of this name already'),
  lease_lost: code(409, false, 'The claim on this case has expired or was taken over'),
  verdict_invalid: code(422, false, 'The region does not allow this decision'),
  undo_too_late: code(409, false, 'The decision can no longer be taken back'),
  appeal_refused: code(422, false, 'This decision cannot be appealed against'),
  // who asks
  unauthenticated: code(401, false, 'No valid credentials were given'),
  key_expired: code(401, false, 'The API key has expired or was revoked'),
  forbidden: code(403, false, 'These credentials do not allow this'),
  csrf_invalid: code(403, false, 'The CSRF token is missing or wrong'),
  not_found: code(404, false, 'There is no such thing here'),
  method_not_allowed: code(405, false, 'This address does not take this method'),
  gone_erased: code(410, false, 'The note was erased'),
  rate_limited: code(429, true, 'Too many requests for this key'),
  // the world
  store_unavailable: code(503, true, 'The database or the store of pictures cannot be reached'),
  queue_unavailable: code(503, true, 'The queue cannot be reached'),
  sign_in_unavailable: code(503, true, 'The issuer of the sign-in cannot be reached'),
  model_missing: code(503, false, 'A model file is missing or unreadable'),
  model_unavailable: code(503, true, 'The model cannot be used at the moment'),
  not_ready: code(503, true, 'The service is starting or stopping'),
  deadline_exceeded: code(503, true, 'The work took longer than its time limit'),
  stage_failed: code(500, true, 'A stage failed unexpectedly'),
  fetch_blocked: code(400, false, 'The address may not be fetched'),
  fetch_failed: code(502, true, 'The address could not be fetched'),
  image_unreadable: code(422, false, 'The image cannot be decoded'),
  image_unsupported: code(415, false, 'The image is of no supported format'),
  image_too_large: code(413, false, 'The image is larger than the limit'),
  ocr_failed: code(422, false, 'The words on the image cannot be read'),
  llm_unavailable: code(503, true, 'The language model cannot be reached'),
  llm_timeout: code(503, true, 'The language model took too long'),
  llm_rate_limited: code(503, true, 'The language model takes no more requests for now'),
  llm_refused: code(422, false, 'The language model refused to answer'),
  llm_bad_answer: code(502, false, 'The language model gave no usable answer'),
  llm_rejected: code(502, false, 'The endpoint of the language model does not take the request'),
  llm_over_budget: code(503, false, 'The budget of the day for the language model is used up'),
  translation_off: code(409, false, 'No translation is configured'),
  translation_forbidden: code(403, false, 'A region does not let its notes go to the translation endpoint'),
  // policy and configuration
  policy_invalid: code(500, false, 'A policy file is not valid'),
  policy_cycle: code(500, false, 'Policy files extend each other in a circle'),
  policy_expression: code(500, false, 'A policy expression does not type-check'),
  models_invalid: code(500, false, 'The list of models or an overlay is not valid'),
  model_not_on_hub: code(404, false, 'The hub has no such model, revision or file'),
  model_truncated: code(502, true, 'A file of the model came cut short'),
  model_checksum: code(502, false, 'A file of the model has another checksum than it should'),
  model_too_large: code(413, false, 'A file of the model is larger than allowed'),
  hub_unavailable: code(503, true, 'The hub cannot be reached'),
  terms_invalid: code(500, false, 'A term bank is not valid'),
  config_invalid: code(500, false, 'The configuration is not valid'),
  services_unavailable: code(500, false, 'PostgreSQL or Redis could not be started'),
  migration_failed: code(500, false, 'A migration could not be applied'),
  input_row_invalid: code(400, false, 'A row of the input file is not valid'),
  file_unreadable: code(400, false, 'A file cannot be read'),
  usage: code(400, false, 'The command line is not valid'),
  internal: code(500, true, 'An unexpected fault'),
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One fault of a request; `pointer` is an RFC 6901 JSON pointer into the body. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

/** The caller's fault: retrying the same request cannot help unless the code says so. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly faults: readonly Fault[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Something outside is away; the same work may succeed later. Everything else that is thrown is a defect. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown on purpose; its message is ours and quotes nobody. */
export const isOurs = (error: unknown): error is InvalidInputError | UnavailableError =>
  error instanceof InvalidInputError || error instanceof UnavailableError;

export const codeOf = (error: unknown): ErrorCode => (isOurs(error) ? error.code : 'internal');

/** Message and causes in one line, for people at a terminal. */
export function sayError(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 5; at = at instanceof Error ? at.cause : undefined) {
    const text = (at instanceof Error ? at.message : String(at)).slice(0, 2_000);
    // Some errors repeat the message of their cause.
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.map((part, index) => (index < parts.length - 1 ? part.replace(/[.:\s]+$/, '') : part.trim())).join(': ');
}
