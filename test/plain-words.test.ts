import { expect, test } from 'vitest';
import { z } from 'zod';
import { plainWords } from '../src/plain-words.js';

const Body = z.strictObject({
  id: z.string().min(1).max(5).optional(),
  kind: z.enum(['note', 'comment', 'listing']).optional(),
  sure: z.literal(true).optional(),
  reach: z.number().int().min(0).max(9).optional(),
  share: z.number().gt(0).lt(1).optional(),
  list: z.array(z.string()).min(1).max(2).optional(),
  where: z.url().optional(),
  code: z.string().regex(/^a/).optional(),
  own: z.string().regex(/^a/, 'Begins with a').optional(),
  either: z.union([z.string(), z.array(z.string())]).optional(),
  map: z.record(z.string().regex(/^a/), z.string()).optional(),
});
const said = (value: unknown): readonly string[] =>
  Body.safeParse(value, { error: plainWords }).error?.issues.map(({ message }) => message) ?? [];

test.each([
  [{ id: 7 }, 'Expected a text, found a number'],
  [{ id: null }, 'Expected a text, found null'],
  [{ id: '' }, 'Empty'],
  [{ id: '123456' }, 'At most 5 characters'],
  [{ kind: 'post' }, 'Expected note, comment or listing'],
  [{ sure: false }, 'Expected true'],
  [{ reach: 1.5 }, 'Not a whole number'],
  [{ reach: -1 }, 'At least 0'],
  [{ reach: Number.NaN }, 'Not a number'],
  [{ share: 0 }, 'More than 0'],
  [{ share: 1 }, 'Less than 1'],
  [{ list: 'x' }, 'Expected a list, found a text'],
  [{ list: [] }, 'At least 1 entries'],
  [{ list: ['a', 'b', 'c'] }, 'At most 2 entries'],
  [{ where: 'nowhere' }, 'Not an address such as https://example.org'],
  [{ code: 'b' }, 'Not of the form that is taken here'],
  [{ own: 'b' }, 'Begins with a'],
  [{ either: 3 }, 'None of the forms that are taken here'],
  [{ map: { b: 'x' } }, 'A key that is not taken here'],
  [{ other: 1 }, 'Unknown key other'],
  [[], 'Expected an object, found a list'],
])('%j: %s', (value, message) => {
  expect(said(value)).toEqual([message]);
});

test('what is missing is called missing', () => {
  const parsed = z.object({ id: z.string(), kind: z.enum(['note']) }).safeParse({}, { error: plainWords });
  expect(parsed.error?.issues.map(({ message }) => message)).toEqual(['Missing', 'Missing']);
});
