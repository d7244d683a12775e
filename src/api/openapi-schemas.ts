/** Which schemas of the OpenAPI file are used, and by what. */
export interface Json {
  [key: string]: unknown;
}
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const at = (value: unknown, ...keys: readonly string[]): Json =>
  keys.reduce<Json>(
    (found, key) => {
      const next = found[key];
      return isJson(next) ? next : {};
    },
    isJson(value) ? value : {},
  );

function everyObject(value: unknown, see: (found: Json) => void): void {
  if (Array.isArray(value)) for (const item of value) everyObject(item, see);
  if (!isJson(value)) return;
  see(value);
  for (const inner of Object.values(value)) everyObject(inner, see);
}

const PREFIX = '#/components/schemas/';
function namesIn(value: unknown): readonly string[] {
  const names: string[] = [];
  everyObject(value, ({ $ref }) => {
    if (typeof $ref === 'string' && $ref.startsWith(PREFIX)) names.push($ref.slice(PREFIX.length));
  });
  return names;
}

/** Every schema is declared for requests and for answers; only what something refers to stays. */
export function usedSchemas(document: Json): Json {
  const schemas = at(document, 'components', 'schemas');
  const used = new Set<string>();
  const queue = [...namesIn(document['paths']), ...namesIn(document['webhooks'])];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (used.has(name)) continue;
    used.add(name);
    queue.push(...namesIn(schemas[name]));
  }
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
}

/** Answers may gain fields; requests with unknown ones are refused. */
export function openAnswers(document: Json): void {
  const asked = namesOfRequests(document);
  const open = (value: unknown): void =>
    everyObject(value, (found) => {
      if (found['additionalProperties'] === false) delete found['additionalProperties'];
    });
  for (const [name, schema] of Object.entries(at(document, 'components', 'schemas')))
    if (!asked.has(name)) open(schema);
  everyObject(document['paths'], ({ responses }) => open(responses));
  open(document['webhooks']);
}

function namesOfRequests(document: Json): ReadonlySet<string> {
  const schemas = at(document, 'components', 'schemas');
  const asked = new Set<string>();
  const queue: string[] = [];
  everyObject(document['paths'], ({ requestBody, parameters }) => queue.push(...namesIn([requestBody, parameters])));
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (asked.has(name)) continue;
    asked.add(name);
    queue.push(...namesIn(schemas[name]));
  }
  return asked;
}
