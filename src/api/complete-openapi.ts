/** What the routes' schemas cannot say: names of operations, tags, other contents, examples, and no parts that nothing uses. */
import { OPENAPI_EXAMPLES } from './openapi-examples.js';
import { at, type Json, openAnswers, usedSchemas } from './openapi-schemas.js';

/** In the order of the page: what a platform calls, then what an operator asks, then what the dashboard uses. */
const TAGS: Readonly<Record<string, string>> = {
  notes: 'Submit, read and erase.',
  moderations: 'For clients of the moderation endpoint of OpenAI.',
  webhooks: 'Endpoints and their deliveries.',
  events: 'What is sent to endpoints, signed as Standard Webhooks.',
  appeals: 'Sent by the platform for its users.',
  reports: 'Notices that a note is illegal or against the terms.',
  keys: 'API keys, for admins.',
  health: 'For load balancers and Prometheus.',
  cases: 'The review desk, for people who are signed in.',
  policies: 'Rules in force, candidates, tests and backtests.',
  overview: 'Figures of the start page.',
  audit: 'The record.',
  people: 'Sign-in, people and their rights.',
};

const text = (type: string): Json => ({ [type]: { schema: { type: 'string' } } });
const header = (description: string): Json => ({ description, schema: { type: 'string' } });
const STORED_HEADERS: Json = {
  Location: header('Address of the note'),
  'Idempotency-Replayed': header('`true`: the answer of the first request with this key'),
  'Preference-Applied': header('`wait=<seconds>`, as waited for'),
};

/** By method and address, laid over what the schemas say of its answers. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  'post /v1/notes': {
    200: { description: 'The note; its decisions fell within `Prefer: wait`', headers: STORED_HEADERS },
    202: { description: 'Stored; the decisions follow', headers: STORED_HEADERS },
  },
  'post /v1/notes/batch': { 200: { description: 'None was stored' }, 202: { description: 'At least one was stored' } },
  'post /v1/appeals': { 200: { description: 'Known by its reference' }, 201: { description: 'Taken' } },
  'post /v1/reports': { 200: { description: 'Known by its reference' }, 201: { description: 'Taken' } },
  'get /v1/cases/events': { 200: { description: 'A stream of events', content: text('text/event-stream') } },
  'get /auth/openid/start': { 302: { description: 'To the issuer' } },
  'get /auth/openid/callback': { 302: { description: 'To the dashboard' } },
  'get /metrics': { 200: { description: 'Prometheus text format', content: text('text/plain') } },
};
const STATUS_WORDS: Readonly<Record<string, string>> = { 200: 'Done', 201: 'Made', 202: 'Taken', 204: 'Done' };

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** `post /v1/webhooks/{id}/rotate` is `postWebhooksByIdRotate`: a stable name for generated clients. */
export function operationId(method: string, url: string): string {
  const words = url
    .replace(/^\/v1/, '')
    .replace(/\{(\w+)\}/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/);
  return (
    method +
    words
      .filter((word) => word !== '')
      .map(capital)
      .join('')
  );
}

function completeOperation(operation: Json, method: string, url: string): void {
  operation['operationId'] ??= operationId(method, url);
  const responses = at(operation, 'responses');
  for (const [status, answer] of Object.entries(ANSWERS[`${method} ${url}`] ?? {})) {
    responses[status] = { ...at(responses, status), ...answer };
  }
  for (const [status, words] of Object.entries(STATUS_WORDS)) {
    const response = at(responses, status);
    if (response['description'] === 'Default Response') response['description'] = words;
  }
}

const NOTE_REF = { $ref: '#/components/schemas/NoteInput' };
const BATCH_ITEM = { anyOf: [NOTE_REF, { description: 'Anything else is refused by itself' }] };

/** Two bodies that are read by hand: a note with its pictures, and a batch whose items are checked one by one. */
function completeBodies(paths: Json): void {
  at(paths, '/v1/notes', 'post', 'requestBody', 'content')['multipart/form-data'] = {
    schema: {
      type: 'object',
      required: ['note'],
      properties: {
        note: NOTE_REF,
        image: { type: 'array', items: { type: 'string', contentMediaType: 'application/octet-stream' } },
      },
    },
    encoding: { note: { contentType: 'application/json' } },
  };
  const batch = at(
    paths,
    '/v1/notes/batch',
    'post',
    'requestBody',
    'content',
    'application/json',
    'schema',
    'properties',
  );
  at(batch, 'notes')['items'] = BATCH_ITEM;
}

/** Changes the document in place: it was made for this. */
export function completeOpenapi(document: Json): Json {
  const paths = at(document, 'paths');
  completeBodies(paths);
  for (const [url, methods] of Object.entries(paths)) {
    for (const method of Object.keys(at(methods))) completeOperation(at(methods, method), method, url);
  }
  const components = at(document, 'components');
  components['schemas'] = usedSchemas(document);
  for (const [name, example] of Object.entries(OPENAPI_EXAMPLES)) {
    at(components, 'schemas', name)['examples'] = [example];
  }
  openAnswers(document);
  document['tags'] = Object.entries(TAGS).map(([name, description]) => ({ name, description }));
  return document;
}
