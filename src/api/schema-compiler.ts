/** Turns zod's issues into the house's error with JSON pointers, once per route and not per request. */
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { type ErrorCode, type Fault, InvalidInputError } from '../errors.js';
import { plainWords } from '../plain-words.js';

const escaped = (part: PropertyKey): string => String(part).replaceAll('~', '~0').replaceAll('/', '~1');
const pointerOf = (path: readonly PropertyKey[]): string => path.map((part) => `/${escaped(part)}`).join('');

export function faultsOf(issues: readonly z.core.$ZodIssue[], base = ''): readonly Fault[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ pointer: base + pointerOf(issue.path), message: issue.message }];
    return issue.keys.map((key) => ({ pointer: base + pointerOf([...issue.path, key]), message: 'Unknown key' }));
  });
}

const PARTS: Readonly<Record<string, { readonly code: ErrorCode; readonly detail: string }>> = {
  body: { code: 'body_invalid', detail: 'The body does not fit the schema of this address.' },
  params: { code: 'query_invalid', detail: 'The path does not fit the schema of this address.' },
  querystring: { code: 'query_invalid', detail: 'The query does not fit the schema of this address.' },
  headers: { code: 'query_invalid', detail: 'A header does not fit the schema of this address.' },
};

export const schemaCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const { code, detail } = PARTS[httpPart ?? 'body'] ?? { code: 'body_invalid', detail: 'The request is not valid.' };
  return (value: unknown) => {
    const parsed = schema.safeParse(value, { error: plainWords });
    if (parsed.success) return { value: parsed.data };
    return { error: new InvalidInputError(code, detail, faultsOf(parsed.error.issues)) };
  };
};
