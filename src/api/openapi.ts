/** The OpenAPI 3.1 file and its readable form, both made from the routes' schemas. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { cookieName } from './auth.js';
import { completeOpenapi } from './complete-openapi.js';
import type { ApiDeps, ApiServer } from './deps.js';
import { ROUTE_RULES, type Rule } from './permissions.js';
import { EVENT_SCHEMAS } from './schemas/event.js';

const DESCRIPTION = `
Submit notes, read decisions per region, receive them by webhook.

**Spans** count UTF-16 code units of the original text (as JavaScript, Java and C# do); \`start\` is inclusive, \`end\` exclusive,
and neither ever falls inside a grapheme. \`part\` names the text: \`title\`, \`body\`, \`image:<n>\` or \`qr:<n>\`.

**Errors** are problem details (RFC 9457) as \`application/problem+json\`; \`code\` is stable, \`errors\` lists JSON pointers.

**Regions** are ISO 3166-1 countries in any case, or ids of policy regions (\`eu\`, \`global\`); answers use lower case.

**Webhooks** follow Standard Webhooks: \`webhook-id\` is the same for every attempt, \`webhook-signature\` covers id, time and body.
`.trim();

const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

const webhookHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
  name,
  in: 'header' as const,
  required: true,
  schema: { type: 'string' as const },
}));

/** The part of the file that tells receivers what will come. */
function webhookSection() {
  return Object.fromEntries(
    Object.entries(EVENT_SCHEMAS).map(([type, { summary, schema }]) => {
      const $ref = `#/components/schemas/${schema.meta()?.id}`;
      const post = {
        operationId: `webhook_${type.replace('.', '_')}`,
        summary,
        tags: ['events'],
        parameters: webhookHeaders,
        requestBody: { required: true, content: { 'application/json': { schema: { $ref } } } },
        responses: { '2XX': { description: 'Taken; anything else is tried again for at least a day' } },
      };
      return [type, { post }];
    }),
  );
}

const securityOf = (rule: Rule | undefined) => {
  if (rule === undefined || rule.who === 'anyone') return [];
  const key = rule.scopes.length > 0 ? [{ apiKey: [] }] : [];
  return rule.roles.length > 0 ? [...key, { session: [] }] : key;
};

const access = (rule: Rule | undefined): string => {
  if (rule === undefined || rule.who === 'anyone') return 'Anyone may call this.';
  const scopes = rule.scopes.map((scope) => `\`${scope}\``).join(' or ');
  const roles = rule.roles.join(', ');
  return [scopes && `API key with the scope ${scopes}.`, roles && `Signed in as ${roles}.`].filter(Boolean).join(' ');
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Request headers for the OpenAPI file; the handlers read them themselves. */
    documented?: Readonly<Record<string, { readonly type: 'string'; readonly description: string }>>;
  }
}

type OpenapiFile = ReturnType<typeof jsonSchemaTransformObject>;

export async function registerOpenapi(server: ApiServer, deps: ApiDeps): Promise<void> {
  const webhooks = webhookSection();
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Polywarden', version: '1', description: DESCRIPTION, license: LICENSE },
      ...(deps.config.PUBLIC_URL === undefined ? {} : { servers: [{ url: deps.config.PUBLIC_URL }] }),
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: '`pw_<id>_<secret>`; only ever in this header' },
          session: { type: 'apiKey', in: 'cookie', name: cookieName(deps.config) },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      const rule = ROUTE_RULES[`${String(document.route.method)} ${document.url}`];
      const description = [schema.description, access(rule)].filter(Boolean).join('\n\n');
      const headers = document.route.config?.documented;
      const documented = headers === undefined ? {} : { headers: { type: 'object', properties: headers } };
      return { url, schema: { ...schema, ...documented, description, security: securityOf(rule) } };
    },
    // zod's JSON Schema and the OpenAPI types name the same things by different types.
    transformObject: (document) => completeOpenapi({ ...jsonSchemaTransformObject(document), webhooks }) as OpenapiFile,
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    // There is one file to explore, and no vendor's bar above it.
    theme: {
      title: 'Polywarden API',
      css: [{ filename: 'polywarden.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
}

/** The viewer sets style attributes from its script, which counts as inline. */
const DOCS_CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export function openapiRoutes(server: ApiServer): void {
  server.route({
    method: 'GET',
    url: '/openapi.json',
    config: { rateLimit: false },
    schema: { hide: true },
    // Made once, when it is first asked for.
    handler: async (_request, reply) => reply.type('application/json').send(JSON.stringify(server.swagger())),
  });
}
