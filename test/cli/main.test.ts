import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/main.js';

function streams(input = '') {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  return {
    written,
    io: { stdin: Readable.from([Buffer.from(input)]), stdout: sink('stdout'), stderr: sink('stderr') },
  };
}

describe('polywarden', () => {
  it.each(['moderate', 'user', 'key', 'erase', 'explain'])('%s --help says how it is used', async (name) => {
    const { io, written } = streams();
    expect(await run([name, '--help'], io)).toBe(0);
    expect(written.stdout).toContain(`polywarden ${name}`);
  });

  it('lists its commands', async () => {
    const { io, written } = streams();
    expect(await run(['--help'], io)).toBe(0);
    for (const name of ['moderate', 'policy', 'eval', 'demo', 'user', 'key', 'erase', 'explain']) {
      expect(written.stdout).toContain(`  ${name}`);
    }
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['moderatte']],
    ['an unknown option', ['moderate', '--inputt', 'x']],
    ['a missing option', ['moderate', '--input', 'x']],
    ['an argument too many', ['moderate', '--input', '-', '--output', '-', 'x']],
    ['an unknown stage', ['moderate', '--input', '-', '--output', '-', '--stages', 'divine']],
    ['an unknown region', ['moderate', '--input', '-', '--output', '-', '--region', 'de,atlantis']],
    ['no stage at all', ['moderate', '--input', '-', '--output', '-', '--stages', ',']],
    ['one file to read and to write', ['moderate', '--input', 'package.json', '--output', './package.json']],
    ['an unknown verb', ['key', 'frobnicate']],
    ['an unknown role', ['user', 'create', '--login', 'x', '--role', 'king']],
    ['a short password', ['user', 'create', '--login', 'x', '--password', 'short']],
    ['an unknown scope', ['key', 'create', '--scopes', 'everything']],
    ['nothing to erase', ['erase']],
    ['nothing to explain', ['explain']],
  ])('answers %s with exit code 2 and the usage', async (_name, args) => {
    const { io, written } = streams();
    expect(await run(args, io)).toBe(2);
    expect(written.stderr + written.stdout).toContain('polywarden');
  });

  it('names what is wrong with its input', async () => {
    const missing = streams();
    expect(await run(['moderate', '--input', '/nowhere/x.jsonl', '--output', '-'], missing.io)).toBe(1);
    expect(missing.written.stderr).toContain('file_unreadable');
  });
});
