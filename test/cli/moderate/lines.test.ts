import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { moderateCommand } from '../../../src/cli/moderate.js';
import { readConfig } from '../../../src/config.js';

it('names the line of a row that is not valid, empty lines counted', async () => {
  const io = {
    stdin: Readable.from([Buffer.from('{"id":"a","text":"x"}\n\n{\n{"id":"b"}\n')]),
    stdout: new PassThrough(),
  };
  const args = ['--input', '-', '--output', '-', '--region', 'us', '--stages', 'language'];
  const config = readConfig({ LOG_LEVEL: 'silent' });
  expect(await moderateCommand(args, { ...io, stderr: new PassThrough() }, config)).toBe(0);
  io.stdout.end();
  const rows = (await text(io.stdout)).trim().split('\n');
  expect(rows.map((row) => JSON.parse(row).error?.message)).toEqual([
    undefined,
    'Line 3: The row is not JSON',
    'Line 4: no title, text, body or images',
  ]);
});

it('ends with 1 and says the first error once when no row could be judged', async () => {
  const stdin = Readable.from([
    Buffer.from('{"id":"a","text":"x","kind":"post"}\n{"id":"b","text":"y","kind":"post"}\n'),
  ]);
  const io = { stdin, stdout: new PassThrough(), stderr: new PassThrough() };
  const args = ['--input', '-', '--output', '-', '--region', 'us', '--stages', 'language'];
  expect(await moderateCommand(args, io, readConfig({ LOG_LEVEL: 'silent' }))).toBe(1);
  io.stdout.end();
  io.stderr.end();
  const errors = (await text(io.stderr)).trim().split('\n');
  expect(errors).toEqual([
    '2 of 2 rows have an error in place of an answer',
    expect.stringMatching(/^The first one: input_row_invalid: Line 1: kind: /),
  ]);
  expect((await text(io.stdout)).trim().split('\n')).toHaveLength(2);
});
