/** The policies folder and the banks -> stages and judge. */
import { loadBundle, readPrivateTerms } from '../adapters/policy-folder.js';
import type { Config } from '../config.js';
import { sha256Hex } from '../domain/sha256.js';
import { MINUTE_MS, type SkipReason } from '../domain.js';
import { type Bundle, compileBundle } from '../policy/bundle.js';
import { filesIn, termFilesOf } from '../policy/bundle-content.js';
import { casesOf } from '../policy/case-terms.js';
import { evaluate } from '../policy/evaluate.js';
import { stageNeeds } from '../policy/needs.js';
import { overlayOf } from '../policy/overrides.js';
import { keptOnSuspicion } from '../policy/preserve.js';
import { recent } from '../policy/recent.js';
import type { Override, PolicyPart } from '../ports/policy.js';
import type { ImagesStore, Store } from '../ports/store.js';
import type { CampaignStore, Classifier, Clock, ImageHashBank, LanguageModel, Log, TextHashBank } from '../ports.js';
import { campaignStage } from '../stages/campaign/index.js';
import { classifyStage } from '../stages/classify/index.js';
import { deliberateStage, type OpinionSource } from '../stages/deliberate/index.js';
import { type ImageSource, imagesStage } from '../stages/images/index.js';
import { orderStages } from '../stages/index.js';
import { languageStage } from '../stages/language/index.js';
import { matchStage } from '../stages/match/index.js';
import { compileBanks, type Matcher } from '../stages/match/matcher.js';
import { parseTermBanks } from '../stages/match/term-bank.js';
import { normaliseStage } from '../stages/normalise/index.js';
import type { AnyStage, StageNeeds } from '../stages/stage.js';
import type { Judge, RuleSet } from '../usecases/moderate.js';
import { storedOpinions } from '../usecases/opinions/sources.js';

export type RulesStore = Store & PolicyPart;
/** What stands over a bundle; its version goes with every decision. */
export interface Standing {
  readonly version: number;
  readonly overrides: readonly Override[];
}
export interface RulesOptions {
  readonly config: Config;
  readonly classifier: Classifier | null;
  readonly language: LanguageModel;
  readonly store: RulesStore | null;
  /** Unset: a note with pictures gets a gap. */
  readonly images?:
    | {
        readonly bank: ImageHashBank | null;
        /** Reads at once, for what is judged without being stored. */
        readonly direct: ImageSource;
        /** `deadlineMs`: how long the policies wait for the image workers. */
        stored(images: ImagesStore, deadlineMs: number): ImageSource;
      }
    | undefined;
  /** Unset: no bank of known texts. */
  readonly textBank?: TextHashBank | undefined;
  /** Unset: no language model is configured. */
  readonly opinions?:
    | {
        readonly region: string | null;
        /** Answers for what is judged without being stored; unset: no such text is ever sent to a language model. */
        readonly direct?: OpinionSource | undefined;
      }
    | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: boolean;
  /** Whether this process turns changed files into candidates; with a store only one should. */
  readonly proposes?: boolean | undefined;
  /** False: the matcher is compiled when a note first needs it; the files are checked in any case. */
  readonly eager: boolean;
}
export interface Compiled {
  /** Of the bundle without its overrides. */
  readonly hash: string;
  readonly base: Bundle;
  /** As it speaks at this moment, overrides included. */
  bundle(): Bundle;
  /** With the campaign store, for notes that are kept. */
  readonly stored: RuleSet;
  readonly unstored: RuleSet;
  /** The same bundle with other overrides: nothing is compiled again. */
  under(standing: Standing): Compiled;
}
interface Parts {
  readonly matcher: Matcher;
  readonly bank: TextHashBank | null;
  readonly campaigns: CampaignStore | null;
  readonly privateTerms: string | undefined;
  readonly images: ImageSource | null;
  readonly opinions: OpinionSource | SkipReason;
}

/** Without `given` the files on disk. */
export async function buildRules(
  options: RulesOptions,
  given?: { readonly bundle: Bundle; readonly standing: Standing },
): Promise<Compiled> {
  const { config, store } = options;
  const bundle = given?.bundle ?? (await loadBundle(config.POLICIES_DIR));
  const own = config.termsDir === null ? [] : await readPrivateTerms(config.termsDir);
  // The bundle's own copy of the files, so that its hash covers what the matcher is made from.
  const matcher = matcherOf([...termFilesOf(filesIn(bundle.content)), ...own]);
  const privateTerms = own.length === 0 ? undefined : sha256Hex(JSON.stringify(own)).slice(0, 12);
  const bank = options.textBank ?? null;
  if (options.eager) matcher();
  const stagesWith = (own: Pick<Parts, 'campaigns' | 'images' | 'opinions'>) =>
    once(() => stagesOf({ matcher: matcher(), bank, privateTerms, ...own }, options));
  const deadlineMs = deadlineOf(bundle);
  const { opinions } = options;
  const stages = {
    stored: stagesWith({
      campaigns: store?.campaigns ?? null,
      images: store === null ? null : (options.images?.stored(store.images, deadlineMs) ?? null),
      opinions:
        store === null
          ? 'not_configured'
          : storedOpinions(
              store.opinions,
              opinions?.region ?? null,
              deadlineMs,
              opinions === undefined ? 'not_configured' : null,
            ),
    }),
    unstored: stagesWith({
      campaigns: null,
      images: options.images?.direct ?? null,
      opinions: opinions === undefined ? 'not_configured' : (opinions.direct ?? 'no_store'),
    }),
  };
  return compiledUnder({ bundle, stages, clock: options.clock }, given?.standing ?? null);
}

/** The match stage alone, under the words of a bundle and the private ones. */
export async function matchUnder(
  bundle: Bundle,
  termsDir: string | null,
  bank: TextHashBank | null,
): Promise<ReturnType<typeof matchStage>> {
  const own = termsDir === null ? [] : await readPrivateTerms(termsDir);
  return matchStage({ matcher: matcherOf([...termFilesOf(filesIn(bundle.content)), ...own])(), bank });
}

/** Words change seldom, and compiling them keeps a process busy for seconds: an edited rule does not pay for it. */
const matchers = recent<() => Matcher>(1);
const matcherOf = (files: Parameters<typeof parseTermBanks>[0]): (() => Matcher) =>
  matchers(sha256Hex(JSON.stringify(files)), () => {
    const banks = parseTermBanks(files);
    return once(() => compileBanks(banks));
  });

export const bundleOfContent = (content: string): Bundle => compileBundle(filesIn(content));

interface Base {
  readonly bundle: Bundle;
  readonly stages: { readonly stored: () => readonly AnyStage[]; readonly unstored: () => readonly AnyStage[] };
  readonly clock: Clock;
}

function compiledUnder(base: Base, standing: Standing | null): Compiled {
  const overlay = overlayOf(base.bundle, standing?.overrides ?? []);
  const judge = judgeOf(base, overlay, standing?.version);
  const ruleSet = (stages: () => readonly AnyStage[]): RuleSet => ({
    judge,
    get stages() {
      return stages();
    },
  });
  return {
    hash: base.bundle.hash,
    base: base.bundle,
    bundle: () => overlay(base.clock.now()),
    stored: ruleSet(base.stages.stored),
    unstored: ruleSet(base.stages.unstored),
    under: (next) => compiledUnder(base, next),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The first region that calls missing evidence overdue says how long it is waited for. */
const deadlineOf = (bundle: Bundle): number =>
  Math.min(...[...bundle.regions.values()].map(({ settings }) => settings.evidence.deadline_minutes)) * MINUTE_MS;

function stagesOf(parts: Parts, options: RulesOptions): readonly AnyStage[] {
  const { matcher, bank, campaigns, privateTerms } = parts;
  const classify = options.classifier === null ? [] : [classifyStage(options.classifier)];
  return orderStages([
    normaliseStage(),
    languageStage(options.language),
    ...(parts.images === null
      ? []
      : [imagesStage({ source: parts.images, bank: options.images?.bank ?? null, language: options.language })]),
    matchStage({ matcher, bank, privateTerms }),
    ...classify,
    campaignStage(campaigns),
    deliberateStage(parts.opinions),
  ]);
}

const needs = new WeakMap<Bundle, StageNeeds>();
function needsOf(bundle: Bundle): StageNeeds {
  const known = needs.get(bundle) ?? stageNeeds(bundle);
  needs.set(bundle, known);
  return known;
}

/** An override that runs out does so at the note's own time, so that judging again gives the same answer. */
function judgeOf({ bundle, clock }: Base, overlay: (now: number) => Bundle, version: number | undefined): Judge {
  return {
    get needs() {
      return needsOf(overlay(clock.now()));
    },
    allRegions: [...bundle.regions.keys()],
    bundleHash: bundle.hash,
    policyVersion: version,
    evaluate: (facts, evidence, texts, regions) =>
      evaluate({ facts, evidence, texts }, overlay(Date.parse(facts.now)), regions),
    casesOf: (decisions, reach, now) => casesOf(overlay(now), decisions, reach, now),
    keepsOf: (decisions, now) => decisions.map((decision) => keptOnSuspicion(overlay(now), decision, now)),
  };
}
