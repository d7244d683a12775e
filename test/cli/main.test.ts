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
  it.each(['moderate', 'user', 'key', 'erase', 'hold', 'explain'])('%s --help says how it is used', async (name) => {
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

  it.each([
    [['moderatte'], 'did you mean "moderate"?'],
    [['moderate', '--inptu', 'x'], 'There is no option --inptu; did you mean "--input"?'],
    [['moderate', '--output'], '--output needs a value'],
    [['moderate', '--input', '-', '--output', '-', '--stages', 'langage'], 'did you mean "language"?'],
    [['key', 'creat'], 'There is no command key creat; did you mean "create"?'],
    [['key', 'create', '--days', '-1'], 'written --days=-1'],
    [['key', 'create', '--days=-1'], '--days is a whole number from 1'],
    [['key', 'create', '--plain=yes'], '--plain takes no value'],
    [['key', 'create', '--scopes', 'notes:writ'], 'There is no scope notes:writ; did you mean "notes:write"?'],
    [['user', 'passwort', '--login', 'x'], 'did you mean "password"?'],
    [['user', 'create', '--login', 'x', '--role', 'senor'], 'There is no role senor; did you mean "senior"?'],
    [['terms', 'imprt'], 'There is no command terms imprt; did you mean "import"?'],
    [['models', 'fetsh'], 'did you mean "fetch"?'],
    [['bank', 'mach', 'x'], 'did you mean "match"?'],
    [['demo', '--ones'], 'There is no option --ones; did you mean "--once"?'],
    [['explain', '--region', 'de,atlantis', 'x'], '"atlantis" is not a region'],
  ])('%j is told what was probably meant', async (args, hint) => {
    const { io, written } = streams();
    expect(await run(args, io)).toBe(2);
    expect(written.stderr).toContain(hint);
  });

  it('says its version, and helps with a command in either order', async () => {
    const version = streams();
    expect(await run(['--version'], version.io)).toBe(0);
    expect(version.written.stdout).toMatch(/^polywarden \d+\.\d+\.\d+\n$/);
    const [before, after] = [streams(), streams()];
    expect(await run(['help', 'key'], before.io)).toBe(0);
    expect(await run(['key', '--help'], after.io)).toBe(0);
    expect(before.written.stdout).toBe(after.written.stdout);
  });

  it('names what is wrong with its input', async () => {
    const missing = streams();
    expect(await run(['moderate', '--input', '/nowhere/x.jsonl', '--output', '-'], missing.io)).toBe(1);
    expect(missing.written.stderr).toContain('file_unreadable');
    const folder = streams();
    expect(await run(['moderate', '--input', 'docs', '--output', '-'], folder.io)).toBe(1);
    expect(folder.written.stderr).toContain('file_unreadable: docs cannot be read: it is a folder');
  });

  it('says that the disk takes no more, instead of waiting for it', async () => {
    const { io, written } = streams();
    const note = `${JSON.stringify({ text: 'good morning' })}\n`;
    const rows = { ...io, stdin: Readable.from([Buffer.from(note.repeat(40))]) };
    const args = ['moderate', '--input', '-', '--output', '/dev/full', '--stages', 'normalise'];
    expect(await run(args, rows)).toBe(1);
    expect(written.stderr).toContain('file_unreadable: /dev/full cannot be written');
  });
});
