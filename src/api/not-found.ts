/** 404 for unknown addresses, 405 with `Allow` for known ones that do not take the method. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { plainPattern } from '../domain/plain-pattern.js';
import { problemOf, sendProblem } from './errors.js';

export interface LiveRoute {
  readonly method: string;
  readonly url: string;
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : plainPattern(part)))
      .join('/')}/?$`,
  );

/** Wildcards of static files would claim every address, so they do not count. */
export function notFoundHandler(routes: readonly LiveRoute[]) {
  const methods = new Map<string, Set<string>>();
  const patterns = new Map<string, RegExp>();
  let seen = 0;
  const refresh = (): void => {
    for (const { method, url } of routes.slice(seen)) {
      if (url.includes('*')) continue;
      if (!methods.has(url)) {
        methods.set(url, new Set());
        patterns.set(url, patternOf(url));
      }
      methods.get(url)?.add(method);
    }
    seen = routes.length;
  };
  return (request: FastifyRequest, reply: FastifyReply) => {
    refresh();
    const path = request.url.split('?', 1)[0] ?? '/';
    const allowed = [...methods].flatMap(([url, taken]) => (patterns.get(url)?.test(path) ? [...taken] : []));
    const others = [...new Set(allowed)].toSorted();
    if (others.length > 0 && !others.includes(request.method)) {
      void reply.header('allow', others.join(', '));
      const detail = `This address takes ${others.join(', ')}.`;
      return sendProblem(reply, problemOf('method_not_allowed', detail, request.id));
    }
    // Only a slash too many leaves a known address with a method that it takes.
    const detail = `There is no such address${others.length > 0 ? ' with a slash at its end' : ''}.`;
    return sendProblem(reply, problemOf('not_found', detail, request.id));
  };
}
