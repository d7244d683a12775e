import { expect, test } from 'vitest';
import { loadBundle } from '../../../src/adapters/policy-folder.js';
import { readConfig } from '../../../src/config.js';
import { shortRetention } from '../../../src/usecases/review/appeal-windows.js';

test('texts outlive the appeal window of every shipped region, and a shorter time is told by region', async () => {
  const bundle = await loadBundle('policies');
  expect(shortRetention(bundle, readConfig({}).RETENTION_DAYS)).toBeNull();
  const short = shortRetention(bundle, 100);
  expect(short?.appealDays).toBe(184);
  expect(short?.regions).toContain('eu');
  expect(short?.regions).toContain('jp');
  expect(short?.regions).not.toContain('cn');
  expect(shortRetention(bundle, 90)?.regions).toContain('us');
});
