/** Distinct notes made from the labelled ones: pieces of two of the same language in a new order, so that none is nearly another. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface BenchNote {
  readonly externalId: string;
  readonly title: string;
  readonly body: string;
  readonly language: string;
}

/** A fixed seed: every run reads the same texts. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function readBodies(dir: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const bodies = new Map<string, string[]>();
  for (const file of (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort()) {
    for (const line of (await readFile(path.join(dir, file), 'utf8'))
      .split('\n')
      .filter((text) => text.trim() !== '')) {
      const row: { body?: string; text?: string } = JSON.parse(line);
      const body = row.body ?? row.text ?? '';
      const language = path.basename(file, '.jsonl');
      if (body !== '') bodies.set(language, [...(bodies.get(language) ?? []), body]);
    }
  }
  return bodies;
}

/** Words, and runs of a few characters where a script writes without spaces. */
const piecesOf = (text: string): readonly string[] =>
  text.split(' ').flatMap((word) => (word.length > 24 ? (word.match(/.{1,6}/gsu) ?? []) : [word]));

function shuffled(pieces: readonly string[], random: () => number): string {
  const keyed = pieces.map((piece) => [random(), piece] as const);
  return keyed
    .sort(([a], [b]) => a - b)
    .map(([, piece]) => piece)
    .join(' ');
}

export async function benchNotes(dir: string, count: number, prefix: string): Promise<readonly BenchNote[]> {
  const bodies = [...(await readBodies(dir))];
  const random = chance(prefix.length * 7_919 + count);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, (_, index) => {
    const [language, texts] = pick(bodies) ?? ['en', []];
    const body = `${shuffled(piecesOf(`${pick(texts) ?? ''} ${pick(texts) ?? ''}`), random)} ${index + 1}`;
    return { externalId: `${prefix}-${index}`, title: '', body, language };
  });
}
