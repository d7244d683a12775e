/** Banks by name, whatever they hold. */
import { InvalidInputError } from '../../errors.js';
import { type Bank, HOLDINGS, type Holding } from '../../ports/banks.js';
import type { FullStore } from '../../ports/review.js';
import { usageError } from '../io.js';
import { BANK_USAGE } from './bank-io.js';
import type { Held } from './held.js';
import { PICTURES } from './held-pictures.js';
import { TEXTS } from './held-texts.js';
import type { BankValues } from './options.js';

export function holdingOf({ holds = 'pictures' }: BankValues): Holding {
  const known = HOLDINGS.find((one) => one === holds);
  if (known === undefined) throw usageError(`--holds is one of ${HOLDINGS.join(', ')}`, BANK_USAGE);
  return known;
}

export const withHeld = <T>(holds: Holding, use: <H, Q>(held: Held<H, Q>) => T): T =>
  holds === 'texts' ? use(TEXTS) : use(PICTURES);

export const allBanks = async ({ imageBanks, textBanks }: FullStore): Promise<readonly Bank[]> =>
  [...(await imageBanks.list()), ...(await textBanks.list())].toSorted((a, b) => (a.name < b.name ? -1 : 1));

export async function bankNamed(store: FullStore, name: string, hint = ''): Promise<Bank> {
  const bank = (await allBanks(store)).find((one) => one.name === name);
  if (bank === undefined) throw new InvalidInputError('not_found', `There is no bank ${name}${hint}`);
  return bank;
}
