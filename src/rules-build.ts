/** The policies folder and the banks -> stages and judge. */

import type { Config } from './config.js';
import type { Bundle } from './policy/bundle.js';
import { caseTermsOf } from './policy/case-terms.js';
import { evaluate } from './policy/evaluate.js';
import { loadBundle, readPrivateTerms } from './policy/load.js';
import { stageNeeds } from './policy/needs.js';
import { sha256Hex } from './policy/stable-hash.js';
import type { CampaignStore, Classifier, Clock, LanguageModel, Log, TextHashBank } from './ports.js';
import type { Store } from './ports-store.js';
import { campaignStage } from './stages/campaign/index.js';
import { classifyStage } from './stages/classify/index.js';
import { orderStages } from './stages/index.js';
import { languageStage } from './stages/language/index.js';
import { matchStage } from './stages/match/index.js';
import { compileBanks, type Matcher } from './stages/match/matcher.js';
import { parseTermBanks } from './stages/match/term-bank.js';
import { indexTextHashes } from './stages/match/text-hash.js';
import { normaliseStage } from './stages/normalise/index.js';
import type { AnyStage } from './stages/stage.js';
import type { Judge, RuleSet } from './usecases/moderate.js';

export interface RulesOptions {
  readonly config: Config;
  readonly classifier: Classifier | null;
  readonly language: LanguageModel;
  readonly store: Store | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: boolean;
  /** False: the matcher is compiled when a note first needs it; the files are checked in any case. */
  readonly eager: boolean;
}
export interface Compiled {
  readonly bundle: Bundle;
  /** With the campaign store, for notes that are kept. */
  readonly stored: RuleSet;
  readonly unstored: RuleSet;
}
interface Parts {
  readonly matcher: Matcher;
  readonly bank: TextHashBank | null;
  readonly campaigns: CampaignStore | null;
  readonly privateTerms: string | undefined;
}

export async function buildRules(options: RulesOptions): Promise<Compiled> {
  const { config, store, clock } = options;
  const bundle = await loadBundle(config.POLICIES_DIR);
  const own = config.termsDir === null ? [] : await readPrivateTerms(config.termsDir);
  const banks = parseTermBanks([...termFiles(bundle), ...own]);
  const privateTerms = own.length === 0 ? undefined : sha256Hex(JSON.stringify(own)).slice(0, 12);
  const bank = store === null ? null : indexTextHashes(await store.banks.allText());
  // Before the first decision names it: a decision must be recomputable from what is stored.
  await store?.bundles.put(bundle.hash, bundle.content, clock.now());
  const matcher = once(() => compileBanks(banks));
  if (options.eager) matcher();
  const judge = judgeOf(bundle);
  const ruleSet = (campaigns: CampaignStore | null): RuleSet => {
    const stages = once(() => stagesOf({ matcher: matcher(), bank, campaigns, privateTerms }, options));
    return {
      judge,
      get stages() {
        return stages();
      },
    };
  };
  return { bundle, stored: ruleSet(store?.campaigns ?? null), unstored: ruleSet(null) };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function stagesOf(parts: Parts, options: RulesOptions): readonly AnyStage[] {
  const { matcher, bank, campaigns, privateTerms } = parts;
  const classify = options.classifier === null ? [] : [classifyStage(options.classifier)];
  return orderStages([
    normaliseStage(),
    languageStage(options.language),
    matchStage({ matcher, bank, privateTerms }),
    ...classify,
    campaignStage(campaigns),
  ]);
}

/** The bundle's own copy of the term files, so that its hash covers what the matcher was made from. */
function termFiles(bundle: Bundle): readonly { readonly file: string; readonly text: string }[] {
  const files = JSON.parse(bundle.content) as readonly (readonly [string, string])[];
  return files.flatMap(([file, text]) => (file.startsWith('terms/') ? [{ file, text }] : []));
}

const judgeOf = (bundle: Bundle): Judge => ({
  needs: stageNeeds(bundle),
  allRegions: [...bundle.regions.keys()],
  bundleHash: bundle.hash,
  evaluate: (facts, evidence, texts, regions) => evaluate({ facts, evidence, texts }, bundle, regions),
  caseTerms: (decision, reach, now) => caseTermsOf(bundle, decision, reach, now),
});
