/** The tests with texts that stand in the shipped files, through the pipeline without a model: words and patterns alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '../../src/adapters/log-pino.js';
import { composeOffline, type Offline } from '../../src/compose.js';
import { configFromProcess } from '../../src/config.js';
import { runRuleTests } from '../../src/policy/rule-tests.js';

let offline: Offline;
beforeAll(async () => {
  offline = await composeOffline(configFromProcess(), { model: false, log: openLog('silent', 'test') });
});
afterAll(() => offline.close());

test('words and patterns fire their rules, in many languages, and leave plain texts alone', async () => {
  const results = await runRuleTests(offline.rules.bundle(), async (note, region) => {
    return (await offline.moderate(note, { regions: [region] }, new AbortController().signal)).evaluation;
  });
  const texts = results.filter((result) => result.test.text !== undefined);
  const failed = texts.filter((result) => result.outcome !== 'passed');
  expect(failed.map(({ rule, number, message }) => `${rule} ${number}: ${message}`)).toEqual([]);
  expect(new Set(texts.map((result) => result.rule)).size).toBeGreaterThanOrEqual(15);
  expect(new Set(texts.map((result) => result.test.language)).size).toBeGreaterThanOrEqual(8);
  expect(texts.filter((result) => result.test.expect === 'no_match').length).toBeGreaterThanOrEqual(15);
});
