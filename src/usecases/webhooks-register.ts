/** Webhook endpoints of a platform: registering and turning the signing secret over. */
import { isIP } from 'node:net';
import { isForbiddenAddress } from '../address-ranges.js';
import type { EventType } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import type { Endpoint, EndpointChange, WebhooksStore } from '../ports/store.js';
import type { Clock, Ids } from '../ports.js';

/** Standard Webhooks asks for 24 to 64 random bytes. */
const SECRET_BYTES = 32;

export interface WebhookPorts {
  readonly webhooks: WebhooksStore;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Local set-ups may use plain HTTP and private addresses. */
  readonly allowPrivate: boolean;
}

const newSecret = (ids: Ids): string =>
  `whsec_${Buffer.from(ids.secret(SECRET_BYTES), 'base64url').toString('base64')}`;

/** Said of what only the setting forbids; with it on, what is still refused would not be let through by it. */
const FOR_TRIALS = '; for trying things out an operator may set WEBHOOK_ALLOW_PRIVATE=1.';

/** The guarded fetch checks addresses when it connects; here falls what can be seen at once. */
function checkTarget(text: string, allowPrivate: boolean): void {
  const refuse = (message: string): never => {
    throw new InvalidInputError('fetch_blocked', message, [{ pointer: '/url', message }]);
  };
  if (!URL.canParse(text)) refuse('Not a URL.');
  const url = new URL(text);
  const hint = allowPrivate ? '.' : FOR_TRIALS;
  if (url.username !== '' || url.password !== '') refuse('The URL may not hold credentials.');
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) refuse(`The URL must be https${hint}`);
  if (!allowPrivate && url.port !== '') refuse(`The URL may not name a port${hint}`);
  if (isInside(url.hostname, allowPrivate)) refuse(`The URL may not lead inside a network${hint}`);
}

/** Names are looked up when a delivery connects, and judged again then. */
function isInside(hostname: string, allowPrivate: boolean): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) === 0) return !allowPrivate && /(^|\.)localhost$/.test(host);
  return isForbiddenAddress(host, allowPrivate);
}

export async function registerEndpoint(
  ports: WebhookPorts,
  sourceId: string,
  order: { readonly url: string; readonly events: readonly EventType[]; readonly description: string },
): Promise<{ readonly endpoint: Endpoint; readonly secret: string }> {
  checkTarget(order.url, ports.allowPrivate);
  const secret = newSecret(ports.ids);
  const endpoint = await ports.webhooks.create(sourceId, { ...order, secret }, ports.clock.now());
  return { endpoint, secret };
}

/** Null when there is no such endpoint; what waits for it goes to the new address. */
export async function changeEndpoint(
  ports: WebhookPorts,
  sourceId: string,
  endpointId: string,
  change: Omit<EndpointChange, 'rotateTo'>,
): Promise<Endpoint | null> {
  if (change.url !== undefined) checkTarget(change.url, ports.allowPrivate);
  return ports.webhooks.update(sourceId, endpointId, change, ports.clock.now());
}

/** Old and new secret both sign until the overlap that the store keeps has passed. */
export async function rotateSecret(
  ports: WebhookPorts,
  sourceId: string,
  endpointId: string,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | null> {
  const secret = newSecret(ports.ids);
  const endpoint = await ports.webhooks.update(sourceId, endpointId, { rotateTo: secret }, ports.clock.now());
  return endpoint === null ? null : { endpoint, secret };
}
