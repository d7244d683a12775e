/** `polywarden bank` as its owner uses it: pictures, hashes and lists in; what is near to them out. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PICTURE_LIST, readHashes } from '../../src/cli/bank/read-hashes.js';
import { bankCommand, hasherFrom } from '../../src/cli/bank.js';
import type { WithStore } from '../../src/cli/store.js';
import { readConfig } from '../../src/config.js';
import { codeOf, sayError } from '../../src/errors.js';
import { sourceOf } from '../support/store.js';
import { type MemoryStore, storeMemory } from '../support/store-memory.js';
import { bundleWorker } from '../support/worker-process.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const A = 'a5'.repeat(32);
const B = 'c3'.repeat(32);
const MENU = path.resolve('fixtures/images/menu-en.png');
const CREATE = [
  'create',
  'scams',
  '--category',
  'fraud.scam',
  '--severity',
  '3',
  '--owner',
  'ana',
  '--from',
  'reviews',
];

let decoder: Awaited<ReturnType<typeof bundleWorker>>;
let dir = '';
let store: MemoryStore;
beforeAll(async () => {
  decoder = await bundleWorker(path.resolve('src/adapters/images/decode-child.ts'));
  dir = await mkdtemp(path.join(tmpdir(), 'banks-'));
});
afterAll(async () => {
  await decoder.remove();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  store = storeMemory();
});

async function bank(args: readonly string[], stdin = ''): Promise<string> {
  let said = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      said += String(chunk);
      done();
    },
  });
  const ids = { next: (prefix: string) => `${prefix}_1`, secret: () => '' };
  const withStore: WithStore = (use) => use({ store, ids, clock: { now: () => NOW } });
  const io = { stdin: Readable.from([Buffer.from(stdin)]), stdout: sink, stderr: sink };
  const config = readConfig({});
  const code = await bankCommand(args, io, { withStore, withHasher: hasherFrom(config, decoder.script) });
  return code === 0 ? said : `${said}exit ${code}\n`;
}
const refusal = (args: readonly string[]): Promise<string> =>
  bank(args).then(
    (said) => `no refusal: ${said}`,
    (error: unknown) => `${codeOf(error)}: ${sayError(error).split('\n')[0]}`,
  );
const written = async (name: string, content: string | Buffer): Promise<string> => {
  const file = path.join(dir, name);
  await writeFile(file, content);
  return file;
};

describe('bank', () => {
  it('knows a picture again that was scaled, compressed and turned', async () => {
    await bank(CREATE);
    expect(await bank(['add', 'scams', '--note', 'a menu', MENU])).toContain('1 added to scams, 0 known before');
    expect(await bank(['add', 'scams', MENU])).toContain('0 added to scams, 1 known before');
    const small = sharp(MENU).resize(500).flatten({ background: '#fff' });
    const copy = await written('copy.jpg', await small.clone().jpeg({ quality: 60 }).toBuffer());
    const turned = await written('turned.webp', await small.clone().rotate(90).webp().toBuffer());
    const other = path.resolve('fixtures/images/cafe-ja.webp');
    const said = await bank(['match', copy, turned, other]);
    expect(said.match(/\d+ bits {2}scams\/\S+ {2}fraud\.scam, severity 3/g)).toHaveLength(2);
    expect(said).toContain('  in no bank\n');
    const rows = JSON.parse(await bank(['match', '--json', copy])) as { hits: { distance: number }[] }[];
    expect(rows[0]?.hits[0]?.distance).toBeLessThanOrEqual(31);
    expect(await bank(['list', 'scams'])).toContain('a menu');
  });

  it('keeps the hashes of one platform from the notes of others', async () => {
    const sourceId = await sourceOf(store, 'shop');
    await bank([...CREATE, '--platform', 'shop']);
    await bank(['add', 'scams', A]);
    expect(await bank(['match', A])).toContain('in no bank');
    expect(await bank(['match', '--platform', 'shop', A])).toContain('0 bits  scams/');
    expect(await bank(['list'])).toContain(sourceId);
  });

  it('imports lists and says of every line that it leaves out why', async () => {
    await bank(CREATE);
    const list = `hash,quality,note\n${A},100,first\n${A},100,again\n${B},20,plain\nxyz,100,\n${'0'.repeat(64)},100,\n`;
    const said = await bank(['import', 'scams', await written('list.csv', list)]);
    expect(said).toContain('1 added to scams, 1 known before or twice in the list\n3 not read\n');
    expect(said).toContain('line 4: quality 20: below 50 a picture is too plain to compare');
    expect(said).toContain('line 5: a PDQ hash has 64 hex digits');
    expect(said).toContain('line 6: 0 of 256 bits are set');
    const lines = `{"pdq":"${B.toUpperCase()}","note":"loud"}\n\nnonsense\n[1]\n`;
    const again = await bank(['import', 'scams', '--format', 'jsonl', '-'], lines);
    expect(again).toContain('1 added to scams');
    expect(again).toContain('line 3: not JSON\n  line 4: no object with pdq or hash\n');
    expect(await bank(['import', 'scams', '-'], 'nothing of use\n')).toContain('exit 1');
  });

  it('looks stored pictures up again, as far back as it is told', async () => {
    expect(await bank(['rescan'])).toBe('0 pictures looked up, 0 notes to be judged again\n');
    expect(await bank(['rescan', '--since', '7d'])).toContain('0 pictures');
    for (const since of ['0d', '7', 'soon', '99999d']) {
      expect(await refusal(['rescan', '--since', since])).toMatch(/--since ".*" is a number of days, such as 30d/);
    }
    expect(await refusal(['rescan', 'scams'])).toContain('takes no names');
  });

  it('removes an entry, then the bank', async () => {
    await bank([...CREATE, '--benign', '--expires', '2027-01-01']);
    await bank(['add', 'scams', A, B]);
    const entry = /^(\S+)\t/.exec(await bank(['list', 'scams']))?.[1] ?? '';
    expect(await bank(['remove', 'scams', entry])).toBe(`removed ${entry}\n`);
    expect(await bank(['list'])).toContain('benign\tfraud.scam\t3\t1 hashes\tana\treviews\t2027-01-01\tall');
    expect(await bank(['remove', 'scams'])).toBe('removed scams with 1 hashes\n');
    expect(await bank(['list'])).toBe('');
  });

  it.each([
    [['create', 'Scams', ...CREATE.slice(2)], 'usage: "Scams": a name is lower-case letters, digits and hyphens'],
    [[...CREATE, '--category', 'fraud.scan'], 'usage: There is no category "fraud.scan"; did you mean "fraud.scam"?'],
    [[...CREATE, '--severity', '9'], 'usage: --severity is 0 to 4'],
    [[...CREATE, '--expires', '2099-02-31'], 'usage: --expires "2099-02-31" is a day to come, written YYYY-MM-DD'],
    [[...CREATE, '--expires', '2020-01-01'], 'usage: --expires "2020-01-01" is a day to come, written YYYY-MM-DD'],
    [[...CREATE, '--platform', 'nobody'], 'not_found: There is no source nobody'],
    [CREATE.slice(0, 6), 'usage: --owner is needed'],
    [['add', 'nowhere', A], 'not_found: There is no bank nowhere; create it first'],
    [[...CREATE, '--holds', 'words'], 'usage: --holds is one of pictures, texts'],
    [['match'], 'usage: match takes pictures or hashes'],
    [['match', '--holds', 'pictures', '--text', 'words'], 'usage: --text is for banks that hold texts'],
    [['match', '--holds', 'texts'], 'usage: match takes texts: files, hashes, - for standard input, or --text'],
    [['remove', 'nowhere'], 'not_found: There is no bank nowhere'],
    [['list', 'nowhere'], 'not_found: There is no bank nowhere'],
    [['import', 'nowhere', '--format', 'xml', '-'], 'usage: --format is one of csv, jsonl'],
    [['lists'], 'usage: There is no command bank lists'],
  ])('refuses %j', async (args, message) => {
    expect(await refusal(args)).toContain(message);
  });

  it('refuses what it cannot read as a picture', async () => {
    await bank(CREATE);
    for (const [subject, message] of [
      ['no-such-file.png', 'file_unreadable: no-such-file.png cannot be read'],
      ['0'.repeat(64), `body_invalid: ${'0'.repeat(64)}: 0 of 256 bits are set`],
      [path.resolve('package.json'), 'image_unsupported: '],
      ['--text=words', 'usage: --text is for banks that hold texts'],
    ] as const) {
      expect(await refusal(['add', 'scams', subject])).toContain(message);
    }
  });

  it('refuses a second bank of a name, and a picture that is too plain', async () => {
    await bank(CREATE);
    expect(await refusal(CREATE)).toBe('conflict: There is a bank scams already');
    const blank = sharp({ create: { width: 64, height: 90, channels: 3, background: '#fff' } });
    const file = await written('blank.png', await blank.png().toBuffer());
    expect(await refusal(['add', 'scams', file])).toContain('quality 0: below 50 a picture is too plain to compare');
    expect(await bank(['match', file])).toContain('too plain to compare');
  });
});

describe('bank of texts', () => {
  const TEXT = 'Send the fee first and your prize will be released.';
  const SPELLED = '  SEND the fee\u200b first and your pr\u00edze will be released.\n';
  const CREATE_TEXTS = [...CREATE, '--holds', 'texts'];
  const written64 = /^([0-9a-f]{64}:[0-9a-f]{16}) {2}/;

  it('knows a text again from a file, standard input, an option and its hash, and never says it', async () => {
    await bank(CREATE_TEXTS);
    const file = await written('letter.txt', TEXT);
    const said = await bank(['add', 'scams', '--note', 'case 7', '--expires', '2027-01-01', file]);
    expect(said).toContain('1 added to scams, 0 known before');
    const hash = written64.exec(said)?.[1] ?? '';
    expect(await bank(['add', 'scams', '-'], SPELLED)).toContain('0 added to scams, 1 known before');
    expect(await bank(['add', 'scams', '--text', `${TEXT} Hurry, it ends today.`, hash])).toContain('1 added');
    for (const match of [
      await bank(['match', '--holds', 'texts', '-'], SPELLED),
      await bank(['match', '--text', SPELLED]),
      await bank(['match', '--holds', 'texts', hash.toUpperCase()]),
    ]) {
      expect(match).toMatch(/ {2}0 bits {2}scams\/\S+ {2}fraud\.scam, severity 3\n$/);
    }
    expect(await bank(['match', '--text', 'A walk by the lake with two herons.'])).toContain('  in no bank\n');
    const quoted = `Good morning\n\n${SPELLED}\nBye`;
    expect(await bank(['match', '--text', quoted])).toMatch(
      / {2}0 bits {2}scams\/\S+ {2}fraud\.scam, severity 3 {2}in line 3\n$/,
    );
    expect(await bank(['match', '--json', '--text', quoted])).toMatch(/"lines": \[\s+3,\s+3\s+\]/);
    expect(await bank(['match', '--json', '--text', TEXT])).toContain(`"exact": "${hash.slice(0, 64)}"`);
    const everything = [await bank(['list']), await bank(['list', 'scams']), JSON.stringify(store.tables), said];
    expect(everything[0]).toContain('fraud.scam\t3\t2 hashes\tana\treviews\t-\tall\ttexts\n');
    expect(everything[1]).toContain(`\t${hash}\t2026-11-20\tcli\t2027-01-01\tcase 7\n`);
    expect(everything.join(' ').toLowerCase()).not.toContain('prize');
  });

  it('imports texts, hashes, and what list printed of another bank', async () => {
    await bank(CREATE_TEXTS);
    const csv = `text,note\n"${TEXT}, she said",first\nshort,\n`;
    const said = await bank(['import', 'scams', await written('texts.csv', csv)]);
    expect(said).toContain('1 added to scams, 0 known before or twice in the list\n1 not read\n');
    expect(said).toContain('line 3: a text of fewer than 16 characters');
    const lines = `${JSON.stringify({ text: TEXT })}\n{"exact":"ff","simhash":"00"}\n[1]\n{}\nx\n`;
    const again = await bank(['import', 'scams', '--format', 'jsonl', '-'], lines);
    expect(again).toContain('1 added to scams');
    expect(again).toContain('line 2: neither a text nor exact with 64 and simhash with 16 hex digits');
    expect(again).toContain('line 3: no object with text, or exact and simhash\n  line 4: neither');
    expect(again).toContain('line 5: not JSON');
    const listed = await bank(['list', 'scams', '--json']);
    await bank(['remove', 'scams']);
    await bank(CREATE_TEXTS);
    expect(await bank(['import', 'scams', '--format', 'jsonl', '-'], listed)).toContain('2 added to scams');
    expect(await bank(['match', '--text', TEXT])).toContain('0 bits  scams/');
    expect(await bank(['import', 'scams', '-'], `${TEXT}\n`)).toContain(
      'line 1: the first line names the columns: text, or exact and simhash, and if wanted note\n',
    );
  });

  it('refuses texts that are too short or no text, a picture bank of its name, and entries that are not there', async () => {
    await bank(CREATE_TEXTS);
    expect(await refusal(CREATE)).toBe('conflict: There is a bank scams already');
    expect(await refusal(['add', 'scams', '--text', 'so cute'])).toContain(
      'body_invalid: --text: a text of fewer than 16 characters',
    );
    const file = await written('latin1.txt', Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    expect(await refusal(['add', 'scams', file])).toContain(`file_unreadable: ${file} is not UTF-8`);
    expect(await refusal(['add', 'scams', 'no-such.txt'])).toContain('file_unreadable: no-such.txt cannot be read');
    expect(await refusal(['remove', 'scams', 'hash_0'])).toBe('not_found: There is no entry hash_0 in the bank scams');
    expect(await bank(['match', '--text', 'so cute'])).toContain('the pipeline finds nothing by this hash');
  });
});

describe('readHashes', () => {
  it('takes bare hashes without a first line, and long lists', () => {
    expect(readHashes(`\uFEFF${A}\n${B}\n`, 'csv', PICTURE_LIST).hashes.map(({ line }) => line)).toEqual([1, 2]);
    expect(readHashes('note,when\nx,y\n', 'csv', PICTURE_LIST).refused).toMatchObject([{ line: 1 }]);
  });
});
