/** Everything that can be said about a folder of policy files: regions, rules, sentences and term banks together. */
import { parseTermBanks } from '../stages/match/term-bank.js';
import { type CheckedBundle, checkBundle } from './bundle.js';
import { termFilesOf } from './bundle-content.js';
import { faultsIn, type PolicyFault, sortFaults } from './faults.js';

interface BankFile {
  readonly file: string;
  readonly text: string;
}

function faultsOfBanks(banks: readonly BankFile[]): readonly PolicyFault[] {
  try {
    parseTermBanks(banks);
    return [];
  } catch (error) {
    const faults = faultsIn(error);
    if (faults === null) throw error;
    return faults;
  }
}

/** The words of the banks are read by the stage that matches them; its faults are the author's all the same. */
function termFaults(files: ReadonlyMap<string, string>): readonly PolicyFault[] {
  const banks = termFilesOf(files);
  const together = faultsOfBanks(banks);
  if (together.length === 0) return [];
  // Reading stops at the first bad file; an author wants to see all of them.
  const each = banks.flatMap((bank) => faultsOfBanks([bank]));
  return each.length === 0 ? together : each;
}

export function checkFiles(
  files: ReadonlyMap<string, string>,
  options: { readonly today?: string } = {},
): CheckedBundle {
  const { bundle, faults } = checkBundle(files, options);
  const ofTerms = termFaults(files);
  return { bundle: ofTerms.length === 0 ? bundle : null, faults: sortFaults([...faults, ...ofTerms]) };
}
