/** `polywarden terms import`: a word list of somebody else -> a private bank outside git, with a report by line. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readPolicyFiles } from '../../adapters/policy-folder.js';
import { CATEGORY_IDS, isCategoryId } from '../../categories.js';
import { InvalidInputError } from '../../errors.js';
import { termFilesOf } from '../../policy/bundle-content.js';
import { didYouMean } from '../../policy/nearest.js';
import { parseTermBanks, type TermBank } from '../../stages/match/term-bank.js';
import { BOUNDARIES } from '../../stages/match/term-length.js';
import { readArgs, usageError } from '../io.js';
import { type BankOrder, type MadeBank, makeBank, shippedWordings } from './make-bank.js';
import { type Defaults, FORMATS, type Format, readList } from './read-list.js';
import { TERMS_USAGE, type TermsIo } from './terms-io.js';

const OPTIONS = {
  format: { type: 'string' },
  lang: { type: 'string' },
  output: { type: 'string' },
  category: { type: 'string', default: 'profanity.mild' },
  severity: { type: 'string', default: '0' },
  boundary: { type: 'string', default: 'word' },
  source: { type: 'string' },
  licence: { type: 'string' },
  name: { type: 'string' },
  json: { type: 'boolean' },
} as const;
/** The licence under which the list of that name is published. */
const KNOWN_LISTS: Readonly<Record<Format, { readonly source: string; readonly licence: string }>> = {
  ldnoobw: { source: 'LDNOOBW/List-of-Dirty-Naughty-Obscene-and-Otherwise-Bad-Words', licence: 'CC-BY-4.0' },
  csv: { source: 'csv', licence: 'unknown; name it with --licence' },
};
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?$/;
const LIST_LIMIT_BYTES = 16 * 1024 * 1024;

interface Wanted {
  readonly format: Format;
  readonly input: string;
  readonly dir: string;
  readonly name: string;
  readonly defaults: Defaults;
  readonly order: BankOrder;
  readonly json: boolean;
}

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>['values'];

function defaultsOf(values: Values): Defaults {
  const { category, severity } = values;
  if (!isCategoryId(category)) {
    throw usageError(`There is no category "${category}"${didYouMean(category, CATEGORY_IDS)}`, TERMS_USAGE);
  }
  if (!/^[0-4]$/.test(severity)) throw usageError(`--severity "${severity}" is not 0 to 4`, TERMS_USAGE);
  const boundary = BOUNDARIES.find((known) => known === values.boundary);
  if (boundary === undefined) throw usageError(`--boundary is one of ${BOUNDARIES.join(', ')}`, TERMS_USAGE);
  return { category, severity: Number(severity), boundary };
}

function wantedOf(args: readonly string[]): Wanted {
  const { values, positionals } = readArgs(args, OPTIONS, TERMS_USAGE);
  const [input, ...rest] = positionals;
  if (input === undefined || rest.length > 0) throw usageError('Name one list, or - for standard input', TERMS_USAGE);
  const format = FORMATS.find((known) => known === values.format);
  if (format === undefined) throw usageError(`--format is one of ${FORMATS.join(', ')}`, TERMS_USAGE);
  const { lang, output, name = format } = values;
  if (lang === undefined || !LANGUAGE.test(lang)) {
    throw usageError(`--lang "${lang ?? ''}" is not a language tag such as pt or zh-Hans`, TERMS_USAGE);
  }
  if (output === undefined) throw usageError('Name a folder with --output', TERMS_USAGE);
  if (!/^[a-z0-9-]+$/.test(name)) throw usageError('--name is lower-case letters, digits and hyphens', TERMS_USAGE);
  const known = KNOWN_LISTS[format];
  const order = { language: lang, source: values.source ?? known.source, licence: values.licence ?? known.licence };
  const dir = path.resolve(output);
  return { format, input, dir, name, defaults: defaultsOf(values), order, json: values.json ?? false };
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    // Not there is an answer here.
    return false;
  }
}

/** What lies in a repository is pushed sooner or later. */
async function refuseRepository(dir: string): Promise<void> {
  for (let at = dir; ; at = path.dirname(at)) {
    if (await exists(path.join(at, '.git'))) {
      const message = `${dir} lies in the repository at ${at}; a private bank belongs outside git, choose another folder`;
      throw new InvalidInputError('usage', message);
    }
    if (path.dirname(at) === at) return;
  }
}

async function textOf(input: string, io: TermsIo): Promise<string> {
  if (input === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks).toString('utf8');
  }
  try {
    if ((await stat(input)).size > LIST_LIMIT_BYTES) {
      throw new InvalidInputError('file_unreadable', `${input} is larger than ${LIST_LIMIT_BYTES} bytes`);
    }
    return await readFile(input, 'utf8');
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    throw new InvalidInputError('file_unreadable', `The list ${input} cannot be read`, [], { cause });
  }
}

async function shippedBanks(io: TermsIo): Promise<readonly TermBank[]> {
  const files = await readPolicyFiles(io.policiesDir);
  return parseTermBanks(termFilesOf(files));
}

async function write(made: MadeBank, { dir, name, order }: Wanted): Promise<readonly string[]> {
  await mkdir(dir, { recursive: true });
  const files = made.banks.map((_, index) => `${order.language}-${name}${index === 0 ? '' : `-${index + 1}`}.yaml`);
  for (const [index, file] of files.entries()) {
    // Words that others should not read stay with their owner.
    await writeFile(path.join(dir, file), made.banks[index] ?? '', { mode: 0o600 });
  }
  await removeLeftOver(dir, `${order.language}-${name}-`, files.length);
  return files;
}

/** Parts of a longer list that was imported under the same name before. */
async function removeLeftOver(dir: string, prefix: string, parts: number): Promise<void> {
  for (const file of await readdir(dir)) {
    const part = file.startsWith(prefix) ? /^(\d+)\.yaml$/.exec(file.slice(prefix.length))?.[1] : undefined;
    if (Number(part) > parts) await rm(path.join(dir, file));
  }
}

const SHOWN_LINES = 12;
const linesText = (lines: readonly number[]): string =>
  lines.length === 0
    ? ''
    : ` (lines ${lines.slice(0, SHOWN_LINES).join(', ')}${lines.length > SHOWN_LINES ? ', …' : ''})`;

function report(made: MadeBank, files: readonly string[], { dir, order }: Wanted, io: TermsIo): void {
  io.out(`${files.map((file) => path.join(dir, file)).join('\n')}\n`);
  io.out(`${made.kept} entries kept, licence ${order.licence}, source ${order.source}\n`);
  io.out(`${made.duplicates.length} said before in the list${linesText(made.duplicates)}\n`);
  io.out(`${made.shipped.length} in the shipped banks already${linesText(made.shipped)}\n`);
  for (const [what, rows] of [
    ['too short', made.tooShort],
    ['not read', made.refused],
  ] as const) {
    io.out(`${rows.length} ${what}\n`);
    for (const { line, why } of rows.slice(0, SHOWN_LINES)) io.out(`  line ${line}: ${why}\n`);
  }
  io.err(`Set TERMS_DIR=${dir} to load it beside the shipped banks.\n`);
}

export async function importCommand(args: readonly string[], io: TermsIo): Promise<number> {
  const wanted = wantedOf(args);
  await refuseRepository(wanted.dir);
  const list = readList(await textOf(wanted.input, io), wanted.format, wanted.defaults);
  const known = shippedWordings(await shippedBanks(io), wanted.order.language);
  const made = makeBank(list, known, wanted.order);
  const files = await write(made, wanted);
  if (wanted.json) {
    const { banks: _, ...figures } = made;
    io.out(`${JSON.stringify({ files, ...figures, ...wanted.order }, null, 2)}\n`);
  } else if (made.kept === 0) io.err(`Nothing to keep in ${wanted.input}\n`);
  if (!wanted.json) report(made, files, wanted, io);
  return made.kept > 0 ? 0 : 1;
}
