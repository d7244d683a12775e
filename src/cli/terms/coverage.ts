/** `polywarden terms coverage`: what the shipped and the private banks hold, and what they find in labelled notes. */
import { readPolicyFiles, readPrivateTerms } from '../../adapters/policy-folder.js';
import { primaryOf } from '../../domain.js';
import { termFilesOf } from '../../policy/bundle-content.js';
import { viewsOf } from '../../stages/match/bench.js';
import { expandBraces } from '../../stages/match/braces.js';
import { compileBanks, type Matcher } from '../../stages/match/matcher.js';
import { parseTermBanks, type TermBank } from '../../stages/match/term-bank.js';
import { normaliseText } from '../../stages/normalise/text.js';
import { type NamedFixture, readFixtures } from '../demo/fixture.js';
import { readArgs } from '../io.js';
import { TERMS_USAGE, type TermsIo } from './terms-io.js';

const OPTIONS = { json: { type: 'boolean' } } as const;

export interface BankFigures {
  readonly entries: number;
  /** Wordings after the choices in braces are written out. */
  readonly wordings: number;
  readonly byCategory: Readonly<Record<string, number>>;
  readonly byView: Readonly<Record<string, number>>;
  readonly bySource: Readonly<Record<string, number>>;
}
export interface HitFigures {
  /** Labelled notes that somebody should act on, and how many of them the words alone find. */
  readonly harmful: number;
  readonly harmfulHit: number;
  readonly benign: number;
  /** Harmless notes that a word is found in, with the entry; a context or a rule may still leave them alone. */
  readonly benignHits: readonly { readonly note: string; readonly entry: string }[];
}
interface LanguageFigures {
  readonly language: string;
  readonly shipped: BankFigures;
  readonly private: BankFigures;
}

function tally(keys: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function bankFigures(banks: readonly TermBank[]): BankFigures {
  const entries = banks.flatMap((bank) => bank.terms.map((term) => ({ ...term, language: primaryOf(bank.language) })));
  const wordings = entries
    .flatMap(({ patterns }) => patterns)
    .reduce((sum, pattern) => {
      const expansion = expandBraces(pattern);
      return sum + (expansion.ok ? expansion.patterns.length : 0);
    }, 0);
  return {
    entries: entries.length,
    wordings,
    byCategory: tally(entries.map(({ category }) => category)),
    byView: tally(entries.flatMap(viewsOf)),
    bySource: tally(entries.map(({ source }) => source)),
  };
}

function hitsOf(matcher: Matcher, fixture: NamedFixture): readonly string[] {
  const parts = [
    { part: 'title', text: normaliseText(fixture.title) },
    { part: 'body', text: normaliseText(fixture.body) },
  ] as const;
  return [...new Set(parts.flatMap((part) => matcher.scan(part).map(({ detector }) => detector)))];
}

function hitFigures(banks: readonly TermBank[], fixtures: readonly NamedFixture[]): HitFigures {
  const matcher = compileBanks(banks);
  const judged = fixtures.map((fixture) => ({
    note: fixture.externalId,
    benign: Object.values(fixture.expect).every((action) => action === 'allow'),
    hits: hitsOf(matcher, fixture),
  }));
  const harmful = judged.filter(({ benign }) => !benign);
  const benign = judged.filter((entry) => entry.benign);
  return {
    harmful: harmful.length,
    harmfulHit: harmful.filter(({ hits }) => hits.length > 0).length,
    benign: benign.length,
    benignHits: benign.flatMap(({ note, hits }) => hits.map((entry) => ({ note, entry }))),
  };
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${Math.round((part / whole) * 1000) / 10} %`;
const hitText = (name: string, hits: HitFigures): string =>
  `${name}: words alone find ${hits.harmfulHit} of ${hits.harmful} notes to act on (${share(hits.harmfulHit, hits.harmful)}) and touch ${new Set(hits.benignHits.map(({ note }) => note)).size} of ${hits.benign} harmless ones`;

function table(rows: readonly LanguageFigures[]): readonly string[] {
  const cells = (values: readonly (string | number)[]): string =>
    values.map((value, index) => (index === 0 ? String(value).padEnd(10) : String(value).padStart(12))).join('');
  return [
    cells(['language', 'entries', 'wordings', 'categories', 'views', 'private']),
    ...rows.map(({ language, shipped, private: own }) =>
      cells([
        language,
        shipped.entries,
        shipped.wordings,
        Object.keys(shipped.byCategory).length,
        Object.keys(shipped.byView).length,
        own.entries,
      ]),
    ),
  ];
}

export async function coverageCommand(args: readonly string[], io: TermsIo): Promise<number> {
  const { values } = readArgs(args, OPTIONS, TERMS_USAGE);
  const files = await readPolicyFiles(io.policiesDir);
  const shipped = parseTermBanks(termFilesOf(files));
  const own = parseTermBanks(io.termsDir === null ? [] : await readPrivateTerms(io.termsDir));
  const fixtures = await readFixtures(io.fixturesDir);
  const languages = [...new Set([...shipped, ...own].map(({ language }) => language))].sort();
  const rows = languages.map((language): LanguageFigures => {
    const of = (banks: readonly TermBank[]): BankFigures =>
      bankFigures(banks.filter((bank) => bank.language === language));
    return { language, shipped: of(shipped), private: of(own) };
  });
  const hits = {
    shipped: hitFigures(shipped, fixtures),
    both: own.length === 0 ? null : hitFigures([...shipped, ...own], fixtures),
  };
  const about = [...new Set([...shipped, ...own].flatMap((bank) => bank.about ?? []))];
  if (values.json) {
    const all = { shipped: bankFigures(shipped), private: bankFigures(own) };
    io.out(`${JSON.stringify({ about, languages: rows, all, hits }, null, 2)}\n`);
    return 0;
  }
  for (const line of [...about, ...table(rows), hitText('shipped', hits.shipped)]) io.out(`${line}\n`);
  if (hits.both === null) io.out('no private banks: TERMS_DIR is not set or empty\n');
  else io.out(`${hitText('shipped and private', hits.both)}\n`);
  for (const { note, entry } of (hits.both ?? hits.shipped).benignHits)
    io.out(`  ${entry} in the harmless note ${note}\n`);
  return 0;
}
