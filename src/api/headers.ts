/** Headers that every answer carries. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';

/** No inline script or style: the dashboard brings both as files. */
const PAGE_CSP = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
/** Bull Board's page holds a style element and a base element; only admins see it. */
const BOARD_CSP = PAGE_CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
  "base-uri 'none'",
  "base-uri 'self'",
);
/** Answers of the API are no pages at all. */
const API_CSP = "default-src 'none'; frame-ancestors 'none'";

const cspOf = (url: string): string => {
  if (url.startsWith('/v1/') || url.startsWith('/auth/')) return API_CSP;
  return url.startsWith('/admin/queues') ? BOARD_CSP : PAGE_CSP;
};

type HeaderConfig = Pick<Config, 'SECURE_COOKIES'>;

export function setHeaders(config: HeaderConfig, request: FastifyRequest, reply: FastifyReply): void {
  const isApi = request.url.startsWith('/v1/') || request.url.startsWith('/auth/');
  void reply.header('x-request-id', request.id);
  void reply.header('x-content-type-options', 'nosniff');
  void reply.header('referrer-policy', 'no-referrer');
  void reply.header('cross-origin-opener-policy', 'same-origin');
  void reply.header('cross-origin-resource-policy', 'same-origin');
  void reply.header('content-security-policy', cspOf(request.url));
  if (isApi) void reply.header('cache-control', 'no-store');
  if (config.SECURE_COOKIES) void reply.header('strict-transport-security', 'max-age=31536000');
}

export const securityHeaders =
  (config: HeaderConfig) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> =>
    setHeaders(config, request, reply);
