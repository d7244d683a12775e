import { expect, it } from 'vitest';
import { jsonText } from '../../src/cli/json-text.js';

it('lets no control through, and parses to the same value', () => {
  const every = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join('');
  const text = jsonText({ every });
  const isControl = (code: number): boolean =>
    code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029;
  expect([...text].filter((char) => isControl(char.charCodeAt(0)))).toEqual([]);
  expect(JSON.parse(text)).toEqual({ every });
});
