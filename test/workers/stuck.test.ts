import { describe, expect, it } from 'vitest';
import { stuckWatch } from '../../workers/stuck.js';

const LATE_MS = 90_000;

describe('a worker', () => {
  it('is stuck when work stays late and nothing ends here for the whole time', () => {
    const watch = stuckWatch(60_000);
    expect(watch.see(100_000, LATE_MS, 20_000)).toBe(false);
    expect(watch.see(150_000, LATE_MS, 20_000)).toBe(false);
    expect(watch.see(160_001, LATE_MS, 20_000)).toBe(true);
  });

  it('is not stuck while jobs end here, however late the work', () => {
    const watch = stuckWatch(60_000);
    for (let now = 100_000; now < 400_000; now += 5_000) expect(watch.see(now, LATE_MS, now - 10)).toBe(false);
  });

  it('is not stuck while nothing is late', () => {
    const watch = stuckWatch(60_000);
    for (let now = 100_000; now < 400_000; now += 5_000) expect(watch.see(now, 1_000, 0)).toBe(false);
    expect(watch.see(400_000, LATE_MS, 0)).toBe(false);
  });

  it('is not stuck right after an outage', () => {
    const watch = stuckWatch(60_000);
    expect(watch.see(100_000, LATE_MS, 20_000)).toBe(false);
    watch.forget();
    expect(watch.see(400_000, 300_000, 20_000)).toBe(false);
    expect(watch.see(460_001, 360_000, 20_000)).toBe(true);
  });
});
