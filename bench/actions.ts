/**
 * What becomes of a file of texts: `npm run bench:actions -- FILE [--region de,us] [--json]`, rows `{text, lang}`, plain or
 * gzip. On harmless texts it prints what moderation would cost their authors and the review queue. A note counts once, by
 * its strongest action over the regions; "by a gap" means that no rule found anything, only evidence was missing.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { AnswerRow, RegionAnswer } from '../src/cli/moderate/answer.js';
import { ACTIONS } from '../src/domain.js';

const CLI = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const Row = z.object({ text: z.string(), lang: z.string() });
type Row = z.infer<typeof Row>;

interface Tally {
  notes: number;
  allowed: number;
  /** By strongest action, of the notes that a rule caught. */
  byRule: Record<string, number>;
  byGap: number;
  errors: number;
}

async function readRows(file: string): Promise<readonly Row[]> {
  const bytes = await readFile(file);
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  const lines = plain.toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => Row.parse(JSON.parse(line)));
}

const strongest = (answers: readonly RegionAnswer[]): RegionAnswer | undefined =>
  [...answers].sort((a, b) => ACTIONS.indexOf(b.action) - ACTIONS.indexOf(a.action))[0];

function count(tally: Tally, answer: AnswerRow): void {
  tally.notes += 1;
  const top = strongest(Object.values(answer.decisions));
  if (answer.error !== undefined || top === undefined) tally.errors += 1;
  else if (top.action === 'allow') tally.allowed += 1;
  else if (top.rules.length === 0) tally.byGap += 1;
  else tally.byRule[top.action] = (tally.byRule[top.action] ?? 0) + 1;
}

const fresh = (): Tally => ({ notes: 0, allowed: 0, byRule: {}, byGap: 0, errors: 0 });

async function judge(rows: readonly Row[], region: string): Promise<ReadonlyMap<string, Tally>> {
  const args = [CLI, 'moderate', '--input', '-', '--output', '-', '--region', region];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const input = rows.map(({ text }, id) => `${JSON.stringify({ id, text })}\n`);
  const sent = pipeline(Readable.from(input), child.stdin);
  const tallies = new Map<string, Tally>();
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line) as AnswerRow;
    for (const name of ['all', rows[Number(answer.id)]?.lang ?? 'und']) {
      const tally = tallies.get(name) ?? fresh();
      count(tally, answer);
      tallies.set(name, tally);
    }
  }
  await sent;
  return tallies;
}

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

function line({ notes, allowed, byRule, byGap, errors }: Tally): Record<string, string | number> {
  const caught = Object.values(byRule).reduce((sum, n) => sum + n, 0);
  return {
    notes,
    allowed: percent(allowed, notes),
    'by a rule': percent(caught, notes),
    'by a gap': percent(byGap, notes),
    errors,
    actions: Object.entries(byRule)
      .map(([action, n]) => `${action} ${n}`)
      .join(', '),
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { region: { type: 'string', default: 'de,us' }, json: { type: 'boolean' } },
});
const [file] = positionals;
if (file === undefined) {
  console.error('usage: npm run bench:actions -- FILE [--region de,us] [--json]   (rows {text, lang}, plain or gzip)');
  process.exit(2);
}
const tallies = await judge(await readRows(file), values.region);
if (values.json === true) console.log(JSON.stringify(Object.fromEntries(tallies)));
else console.table(Object.fromEntries([...tallies].map(([name, tally]) => [name, line(tally)])));
