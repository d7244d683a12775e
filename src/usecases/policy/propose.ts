/** The files on disk become a candidate; a bad one is refused before anything hears of it. */

import { sha256Hex } from '../../domain/sha256.js';
import { InvalidInputError } from '../../errors.js';
import { type Bundle, compileBundle } from '../../policy/bundle.js';
import { contentOf, type PolicyFiles, termFilesOf } from '../../policy/bundle-content.js';
import { bundleDifference, noDifference } from '../../policy/bundle-diff.js';
import { runRuleTests } from '../../policy/rule-tests.js';
import { testLine } from '../../policy/test-place.js';
import type { PolicyPart } from '../../ports/policy.js';
import type { Clock, Log } from '../../ports.js';
import { parseTermBanks } from '../../stages/match/term-bank.js';

export interface ProposeDeps {
  readonly store: PolicyPart;
  readonly clock: Clock;
  readonly log: Log;
  readonly readFiles: () => Promise<PolicyFiles>;
  /** Who stands behind changed files: a login, or `files` where nobody is named. */
  readonly author: string;
  /** Whether a second person has to approve what is grave. */
  readonly approval: boolean;
}

/** From here on a rule or a term asks for a second person. */
export const GRAVE_SEVERITY = 3;

export interface Occasion {
  /** What is in force cannot be read by this program. */
  readonly isUnreadable: boolean;
  /** Somebody changed the files just now; at a start they are only read. */
  readonly edited: boolean;
}

/** `inForce` null: nothing is, or nothing that this program can read. */
export async function proposeFiles(
  deps: ProposeDeps,
  inForce: Bundle | null,
  { isUnreadable, edited }: Occasion,
): Promise<void> {
  const files = await deps.readFiles();
  const content = contentOf(files);
  const hash = sha256Hex(content);
  if (hash === inForce?.hash) {
    if (edited) await deps.store.policy.takeBack(hash, deps.clock.now());
    return;
  }
  const bundle = compileBundle(files);
  parseTermBanks(termFilesOf(files));
  if (inForce !== null) await refuseFailing(bundle, files);
  const diff = inForce === null ? noDifference : bundleDifference(inForce, bundle);
  const needsApproval = deps.approval && diff.severity >= GRAVE_SEVERITY;
  const proposal = { hash, content, author: deps.author, diff, needsApproval, replace: isUnreadable };
  const proposed = await deps.store.policy.propose(proposal, deps.clock.now());
  if (proposed === 'activated') deps.log.info('policies in force', { bundle: hash, author: deps.author });
  if (proposed === 'waits') {
    deps.log.warn('policies changed; the candidate waits for a person', { bundle: hash, severity: diff.severity });
  }
  if (proposed === 'known' && !edited) {
    const state = (await deps.store.policy.bundle(hash))?.state;
    deps.log.warn('the policies in force are not those of the files', { bundle: hash, state });
  }
}

/** What its own tests contradict does not take the place of what they agree with. Texts would need the whole pipeline. */
async function refuseFailing(bundle: Bundle, files: ReadonlyMap<string, string>): Promise<void> {
  const failed = (await runRuleTests(bundle, null)).filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return;
  const lines = failed.map((result) => testLine(result, files));
  throw new InvalidInputError(
    'policy_invalid',
    `Tests in the files fail (${failed.length}):\n${lines.join('\n')}`,
    failed.map(({ file }, index) => ({ pointer: `/${file}`, message: lines[index] ?? '' })),
  );
}
