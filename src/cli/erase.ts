/** `polywarden erase`: a note, or everything of an author. */

import type { Kept } from '../ports/store.js';
import { eraseAuthor, eraseNote } from '../usecases/erase.js';
import { type Io, readArgs, usageError } from './io.js';
import { sourceNamed } from './source.js';
import { OPERATOR, storeFrom, type WithStore } from './store.js';

const ERASE_USAGE = `polywarden erase --note NOTE_ID
polywarden erase --author AUTHOR_ID --source NAME

  Deletes text, evidence and hashes for good; the audit keeps that it happened. What a law says to keep is sealed until its
  time is over (polywarden hold).`;

const OPTIONS = {
  note: { type: 'string' },
  author: { type: 'string' },
  source: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function eraseCommand(
  args: readonly string[],
  io: Io,
  withStore: WithStore = storeFrom(),
): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, ERASE_USAGE);
  if (values.help) {
    io.stdout.write(`${ERASE_USAGE}\n`);
    return 0;
  }
  if (positionals.length > 0) throw usageError(`Unexpected argument ${positionals[0]}`, ERASE_USAGE);
  const { note, author, source } = values;
  if (note !== undefined && author === undefined && source === undefined) {
    const { erased, kept } = await withStore(({ store, clock }) =>
      eraseNote({ notes: store.notes, clock }, null, note, OPERATOR),
    );
    io.stdout.write(erased ? `erased ${note}\n` : `${note} was erased before\n`);
    io.stdout.write(keptLines(kept));
    return 0;
  }
  if (author === undefined || source === undefined || note !== undefined) {
    throw usageError('--note, or --author with --source', ERASE_USAGE);
  }
  const { notes, kept } = await withStore(async (ports) => {
    const sourceId = await sourceNamed(ports, source);
    return eraseAuthor({ notes: ports.store.notes, clock: ports.clock }, sourceId, author, OPERATOR);
  });
  io.stdout.write(`erased ${notes} notes of ${author}\n`);
  for (const one of kept) io.stdout.write(`${one.noteId}:\n${keptLines(one.kept)}`);
  return 0;
}

const keptLines = (kept: readonly Kept[]): string =>
  kept.map(({ until, ground, region }) => `  kept sealed until ${until}: ${ground} (${region})\n`).join('');
