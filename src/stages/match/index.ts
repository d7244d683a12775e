/** Known wordings, known texts and ways of contact. Says where they stand, not what follows. */
import type { MatchEvidence } from '../../domain.js';
import type { TextHashBank } from '../../ports.js';
import type { Stage } from '../stage.js';
import { bankFindings } from './bank-findings.js';
import { CONTACTS_LIMIT, findContacts, inFairShare } from './contacts.js';
import type { Matcher } from './matcher.js';

export interface MatchPorts {
  readonly matcher: Matcher;
  /** Null: no bank is configured, which is not an error. */
  readonly bank: TextHashBank | null;
  /** Names the private banks in the version of the stage, since no bundle holds them; unset: there are none. */
  readonly privateTerms?: string | undefined;
}

const VERSION = '9';

export function matchStage({ matcher, bank, privateTerms }: MatchPorts): Stage<'match'> {
  return {
    name: 'match',
    version: privateTerms === undefined ? VERSION : `${VERSION}+${privateTerms}`,
    reads: ['normalise'],
    languages: '*',
    cost: 'free',
    timeoutMs: 5_000,
    when: (input) => (input.texts.some(({ text }) => text.raw !== '') ? { run: true } : { run: false, why: 'no_text' }),
    async run(input, signal): Promise<MatchEvidence> {
      const findings = [];
      const contacts = [];
      const idioms = [];
      for (const labelled of input.texts) {
        signal.throwIfAborted();
        findings.push(
          ...matcher.scan(labelled),
          ...(bank === null ? [] : bankFindings(labelled, bank, input.sourceId)),
        );
        contacts.push(...findContacts(labelled));
        idioms.push(...matcher.idioms(labelled));
      }
      const fair = inFairShare(contacts, CONTACTS_LIMIT);
      return { findings, contacts: fair, ...(idioms.length === 0 ? {} : { idioms }) };
    },
  };
}
