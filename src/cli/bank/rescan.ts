/** `polywarden bank rescan`: stored pictures against the banks as they are now. */
import { DAY_MS } from '../../domain.js';
import { type LookedAgain, lookAgain } from '../../usecases/look-again.js';
import { usageError } from '../io.js';
import { OPERATOR } from '../store.js';
import { BANK_USAGE, type BankIo } from './bank-io.js';
import type { BankValues } from './options.js';

const USUAL = '30d';

function daysOf(since: string): number {
  const days = Number(/^(\d{1,4})d$/.exec(since)?.[1] ?? Number.NaN);
  if (days > 0) return days;
  throw usageError(`--since "${since}" is a number of days, such as ${USUAL}`, BANK_USAGE);
}

const said = ({ pictures, notes }: LookedAgain): string =>
  `${pictures} pictures looked up, ${notes} notes to be judged again`;

export async function rescanPictures(args: readonly string[], values: BankValues, io: BankIo): Promise<number> {
  if (args.length > 0) throw usageError('rescan takes no names: all banks are looked up', BANK_USAGE);
  const days = daysOf(values.since ?? USUAL);
  const result = await io.withStore(({ store, clock }) => {
    const order = {
      since: clock.now() - days * DAY_MS,
      after: null,
      mostPages: Number.POSITIVE_INFINITY,
      actor: OPERATOR,
    };
    const deps = { imageBanks: store.imageBanks, lookUps: store.lookUps, clock };
    return lookAgain(deps, order, new AbortController().signal, (so) => {
      // The last page is said below.
      if (so.place !== null) io.out(`${said(so)}\n`);
    });
  });
  io.out(`${said(result)}${result.notes > 0 ? '; a running server does so within a minute' : ''}\n`);
  return 0;
}
