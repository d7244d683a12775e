/** An OpenAI-compatible server on loopback, true to the protocol, with every fault that an endpoint may have. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const LLM_FAULTS = [
  'rate_limited',
  'error',
  'hang',
  'drip',
  'drop',
  'cut',
  'garbage',
  'empty',
  'truncated',
  'refusal',
  'tool_calls',
  'huge',
  'redirect',
  'unauthorised',
] as const;
export type LlmFault = (typeof LLM_FAULTS)[number];

export interface ChatMessage {
  readonly role: string;
  readonly content:
    | string
    | readonly { readonly type: string; readonly text?: string; readonly image_url?: { readonly url: string } }[];
}
export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | null;
  readonly headers: IncomingMessage['headers'];
  readonly body: {
    readonly model?: string;
    readonly stream?: boolean;
    readonly messages?: readonly ChatMessage[];
    readonly input?: unknown;
    readonly response_format?: { readonly type: string; readonly json_schema?: { readonly name: string } };
    readonly [key: string]: unknown;
  };
}
export interface LlmServer {
  /** With `/v1`, as clients want it. */
  readonly baseUrl: string;
  readonly requests: SeenRequest[];
  /** Null: answers as `reply` says. */
  fault: LlmFault | null;
  /** How many requests the fault takes; then the server is well again. */
  faultsLeft: number;
  retryAfter: string | null;
  /** How long it thinks before it answers. */
  delayMs: number;
  reply: (request: SeenRequest) => string;
  /** As told with every answer. */
  usage: unknown;
  moderation: (request: SeenRequest) => Readonly<Record<string, number>>;
  /** Where `redirect` sends. */
  elsewhere: string;
  close(): Promise<void>;
}

/** Text of all messages of one role, pictures left out. */
export function saidBy(request: SeenRequest, role: string): string {
  return (request.body.messages ?? [])
    .filter((message) => message.role === role)
    .map(({ content }) => (typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n')))
    .join('\n');
}
export const picturesIn = (request: SeenRequest): number =>
  (request.body.messages ?? []).flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.filter((part) => part.type === 'image_url'),
  ).length;

const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

export async function openLlmServer(): Promise<LlmServer> {
  const held = new Set<ServerResponse>();
  const http = createServer((request, response) => {
    held.add(response);
    response.on('close', () => held.delete(response));
    bodyOf(request).then(
      (text) => {
        const seen = seenOf(request, text);
        server.requests.push(seen);
        setTimeout(() => serve(server, seen, response), server.delayMs);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const server: LlmServer = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests: [],
    fault: null,
    faultsLeft: Number.POSITIVE_INFINITY,
    retryAfter: null,
    delayMs: 0,
    reply: () => '{}',
    usage: USAGE,
    moderation: () => ({ hate: 0.01, violence: 0.01 }),
    elsewhere: 'http://127.0.0.1:9/',
    close: async () => {
      for (const response of held) response.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const seenOf = (request: IncomingMessage, text: string): SeenRequest => ({
  path: request.url ?? '',
  authorization: request.headers.authorization ?? null,
  headers: request.headers,
  body: text === '' ? {} : (JSON.parse(text) as SeenRequest['body']),
});

function serve(server: LlmServer, request: SeenRequest, response: ServerResponse): void {
  const { fault } = server;
  if (fault !== null && server.faultsLeft > 0) {
    server.faultsLeft -= 1;
    FAULTS[fault](server, request, response);
    return;
  }
  if (request.path === '/v1/moderations') {
    const scores = server.moderation(request);
    const categories = Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score >= 0.5]));
    const flagged = Object.values(categories).includes(true);
    sendJson(response, 200, {
      id: 'modr-1',
      model: request.body.model,
      results: [{ flagged, categories, category_scores: scores, category_applied_input_types: {} }],
    });
  } else if (request.path === '/v1/chat/completions') {
    sendMessage(request, response, { content: server.reply(request) }, { reason: 'stop', usage: server.usage });
  } else {
    sendError(response, 404, 'not_found');
  }
}

type Fault = (server: LlmServer, request: SeenRequest, response: ServerResponse) => void;
const FAULTS: Readonly<Record<LlmFault, Fault>> = {
  rate_limited: (server, _request, response) => {
    if (server.retryAfter !== null) response.setHeader('retry-after', server.retryAfter);
    sendError(response, 429, 'rate_limit_exceeded');
  },
  error: (_server, _request, response) => sendError(response, 500, 'server_error'),
  hang: () => undefined,
  drip: (_server, _request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  },
  drop: (_server, _request, response) => response.destroy(),
  cut: (_server, request, response) => {
    const type = request.body.stream === true ? 'text/event-stream' : 'application/json';
    response.writeHead(200, { 'content-type': type, 'content-length': 4_000 });
    response.write('{"id":"chatcmpl-1","choices":[{"index":0,');
    setTimeout(() => response.destroy(), 20);
  },
  garbage: (_server, _request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Bad gateway, come back later</html>');
  },
  empty: (_server, _request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  },
  truncated: (server, request, response) => {
    const whole = server.reply(request);
    sendMessage(request, response, { content: whole.slice(0, Math.floor(whole.length / 2)) }, { reason: 'length' });
  },
  refusal: (_server, request, response) =>
    sendMessage(request, response, { content: null, refusal: 'I cannot help with that.' }, { reason: 'stop' }),
  tool_calls: (_server, request, response) => {
    const call = { id: 'call_1', type: 'function', function: { name: 'allow_note', arguments: '{"visible":true}' } };
    sendMessage(request, response, { content: null, tool_calls: [{ index: 0, ...call }] }, { reason: 'tool_calls' });
  },
  huge: (_server, request, response) =>
    sendMessage(request, response, { content: 'a'.repeat(4_000_000) }, { reason: 'stop' }),
  redirect: (server, _request, response) => {
    response.writeHead(307, { location: server.elsewhere }).end();
  },
  unauthorised: (_server, _request, response) => sendError(response, 401, 'invalid_api_key'),
};

function sendMessage(
  request: SeenRequest,
  response: ServerResponse,
  message: object,
  { reason, usage = USAGE }: { readonly reason: string; readonly usage?: unknown },
): void {
  const head = { id: 'chatcmpl-1', created: 1_767_225_600, model: `${request.body.model}-2026` };
  if (request.body.stream !== true) {
    const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: reason, logprobs: null }];
    sendJson(response, 200, { ...head, object: 'chat.completion', choices, usage });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (choices: readonly object[], more: object = {}): void => {
    const chunk = { ...head, object: 'chat.completion.chunk', choices, ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  for (const delta of deltasOf(message)) send([{ index: 0, delta, finish_reason: null }]);
  send([{ index: 0, delta: {}, finish_reason: reason }]);
  send([], { usage });
  response.end('data: [DONE]\n\n');
}

/** A text comes in pieces, all else at once. */
function deltasOf(message: object): readonly object[] {
  const { content } = message as { readonly content?: string | null };
  if (typeof content !== 'string') return [{ role: 'assistant', ...message }];
  const size = Math.max(7, Math.ceil(content.length / 500));
  const pieces = Array.from({ length: Math.ceil(content.length / size) }, (_, at) =>
    content.slice(at * size, (at + 1) * size),
  );
  return [{ role: 'assistant', content: '' }, ...pieces.map((piece) => ({ content: piece }))];
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
const sendError = (response: ServerResponse, status: number, code: string): void =>
  sendJson(response, status, { error: { message: 'no', type: code, code, param: null } });
