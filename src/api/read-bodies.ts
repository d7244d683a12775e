/** Which bodies are taken: JSON read strictly, and pictures beside a note. */
import type { FastifyRequest } from 'fastify';
import { InvalidInputError } from '../errors.js';
import type { ApiDeps, ApiServer } from './deps.js';
import { checkContentType, parseJsonBytes } from './json-body.js';
import { multipartNote } from './multipart.js';

export function readBodies(server: ApiServer, deps: ApiDeps): void {
  server.removeAllContentTypeParsers();
  readUploads(server, deps);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      checkContentType(request.headers['content-type'] ?? '', request.headers['content-encoding']);
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      const needed = request.routeOptions.schema?.body !== undefined;
      if (bytes.length === 0 && needed) throw new InvalidInputError('json_invalid', 'The body is empty.');
      done(null, bytes.length === 0 ? undefined : parseJsonBytes(bytes));
    } catch (error) {
      done(error instanceof Error ? error : new Error('body parser threw', { cause: error }));
    }
  });
}

const NOTES_URL = '/v1/notes';

/** Pictures beside a note; every other address takes JSON alone. */
function readUploads(server: ApiServer, deps: ApiDeps): void {
  const options = { parseAs: 'buffer', bodyLimit: deps.config.UPLOAD_LIMIT_BYTES } as const;
  server.addContentTypeParser('multipart/form-data', options, async (request: FastifyRequest, body: Buffer) => {
    if (request.routeOptions.url !== NOTES_URL) {
      throw new InvalidInputError('media_type_unsupported', 'This address takes JSON only.');
    }
    return multipartNote(request.headers['content-type'] ?? '', body);
  });
}
