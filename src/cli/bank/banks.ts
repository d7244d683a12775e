/** Banks by name, whatever they hold. */
import { InvalidInputError } from '../../errors.js';
import type { Bank, Holding } from '../../ports/banks.js';
import type { FullStore } from '../../ports/review.js';
import type { Held } from './held.js';
import { PICTURES } from './held-pictures.js';
import { TEXTS } from './held-texts.js';

export const withHeld = <T>(holds: Holding, use: <H, Q>(held: Held<H, Q>) => T): T =>
  holds === 'texts' ? use(TEXTS) : use(PICTURES);

export const allBanks = async ({ imageBanks, textBanks }: FullStore): Promise<readonly Bank[]> =>
  [...(await imageBanks.list()), ...(await textBanks.list())].toSorted((a, b) => (a.name < b.name ? -1 : 1));

export async function bankNamed(store: FullStore, name: string, hint = ''): Promise<Bank> {
  const bank = (await allBanks(store)).find((one) => one.name === name);
  if (bank === undefined) throw new InvalidInputError('not_found', `There is no bank ${name}${hint}`);
  return bank;
}
