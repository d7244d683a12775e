import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/adapters/retry-after.js';

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%j is a pause of %j ms', (header, ms) => {
    expect(retryAfterMs(header)).toBe(ms);
  });
  it('a date is a pause until then', () => {
    const ms = retryAfterMs(new Date(Date.now() + 60_000).toUTCString());
    expect(ms).toBeGreaterThan(50_000);
    expect(ms).toBeLessThanOrEqual(60_000);
  });
});
