// `node .ci/totals.mjs VITEST.json`: "passed failed skipped" on stdout; the names of what failed or was skipped on stderr.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const { testResults, numPassedTests } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const named = (file, tests) => tests.map(({ fullName }) => `${relative(process.cwd(), file.name)}: ${fullName}`);
const skipped = testResults.flatMap((file) =>
  named(
    file,
    file.assertionResults.filter(({ status }) => !['passed', 'failed'].includes(status)),
  ),
);
const failed = testResults.flatMap((file) => {
  const names = named(
    file,
    file.assertionResults.filter(({ status }) => status === 'failed'),
  );
  // A file that breaks before its first test has no failed test of its own and counts as one.
  if (names.length > 0 || file.status !== 'failed') return names;
  return named(file, [{ fullName: 'broken before its first test' }]);
});

for (const name of skipped) console.error(`skipped: ${name}`);
for (const name of failed) console.error(`failed: ${name}`);
console.log(numPassedTests, failed.length, skipped.length);
