/** `polywarden bank`: hashes of known pictures and texts, whose they are, and what is near to them. */
import { DECODE_LIMITS } from '../adapters/images/decode-image-limits.js';
import { openDecoder } from '../adapters/images-sharp.js';
import { type Config, configFromProcess } from '../config.js';
import { DECODE_SCRIPT } from '../paths.js';
import { hashFrames } from '../stages/images/pdq/frames.js';
import { pdqOf } from '../stages/images/pdq/pdq.js';
import { BANK_USAGE, type BankIo } from './bank/bank-io.js';
import { addToBank, createBank, importIntoBank, removeFromBank } from './bank/change.js';
import { listBanks, matchBanks } from './bank/look.js';
import { BANK_OPTIONS, type BankValues } from './bank/options.js';
import { rescanPictures } from './bank/rescan.js';
import { type Io, readArgs, unknownWord, usageError } from './io.js';
import { storeFrom } from './store.js';

type Run = (args: readonly string[], values: BankValues, io: BankIo) => Promise<number>;

const COMMANDS: Readonly<Record<string, Run>> = {
  create: createBank,
  add: addToBank,
  import: importIntoBank,
  match: matchBanks,
  list: listBanks,
  rescan: rescanPictures,
  remove: removeFromBank,
};
const MEGABYTE = 1_048_576;
const RECYCLE = 300;

/** The same process and the same limits as for pictures of notes. */
export const hasherFrom =
  (config: Config, script = DECODE_SCRIPT): BankIo['withHasher'] =>
  async (use) => {
    const decoder = openDecoder({
      script,
      limits: { ...DECODE_LIMITS, maxBytes: config.IMAGE_LIMIT_BYTES },
      timeoutMs: config.IMAGE_DECODE_TIMEOUT_MS,
      maxRssBytes: config.IMAGE_DECODE_MEMORY_MB * MEGABYTE,
      recycleAfter: RECYCLE,
    });
    try {
      return await use(async (bytes) => {
        const { frames } = await decoder.decode(bytes, new AbortController().signal);
        return hashFrames(frames.map(pdqOf));
      });
    } finally {
      await decoder.close();
    }
  };

export async function bankCommand(args: readonly string[], io: Io, overrides: Partial<BankIo> = {}): Promise<number> {
  const { values, positionals } = readArgs(args, BANK_OPTIONS, BANK_USAGE);
  const [name, ...rest] = positionals;
  if (values.help === true || name === undefined) {
    io.stdout.write(`${BANK_USAGE}\n`);
    return values.help === true ? 0 : 2;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw usageError(unknownWord('command bank', name, Object.keys(COMMANDS)), BANK_USAGE);
  const config = configFromProcess();
  return command(rest, values, {
    stdin: io.stdin,
    out: (text) => io.stdout.write(text),
    withStore: overrides.withStore ?? storeFrom(config),
    withHasher: overrides.withHasher ?? hasherFrom(config),
    imageLimitBytes: overrides.imageLimitBytes ?? config.IMAGE_LIMIT_BYTES,
  });
}
