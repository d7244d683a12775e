/** The settings of one region against each other and against the sentences: everything but the rules. */
import type { Action } from '../domain.js';
import { settingsOf, sourceOf } from './cites.js';
import { faultOf } from './faults.js';
import { isLanguage } from './languages.js';
import type { LintId } from './lints.js';
import { didYouMean } from './nearest.js';
import type { RegionSettings } from './schema.js';
import { faultAt } from './sources.js';
import type { Inheritance, Workshop } from './workshop.js';
import type { YamlPath } from './yaml.js';

type Complain = (path: YamlPath, lint: LintId, message: string) => void;

/** A sentence that English has waits for its translation; one that nobody has is a slip of who names it. */
export function checkNotice(
  key: string,
  complain: (message: string) => void,
  settings: RegionSettings,
  { notices, placeOfSentences, report }: Workshop,
): void {
  for (const language of settings.notice_languages) {
    const file = notices.get(language);
    if (file === undefined || file.sentences.has(key)) continue;
    const place = notices.get('en')?.sentences.has(key) === true ? placeOfSentences(language) : null;
    if (place === null) {
      complain(
        `the notice "${key}" has no sentence in notices/${language}.yaml${didYouMean(key, file.sentences.keys())}`,
      );
    } else {
      report(faultOf('unknown-notice', place, `the sentence "${key}" is missing; rules name it`));
    }
  }
}

function checkLanguages(settings: RegionSettings, workshop: Workshop, complain: Complain): void {
  const { notices, isThere } = workshop;
  settings.notice_languages.forEach((language, index) => {
    if (isThere(`notices/${language}.yaml`)) return;
    // A language that exists is meant as it is written.
    const hint = isLanguage(language)
      ? '; write one as notices/en.yaml is written, with all of its sentences'
      : didYouMean(language, notices.keys());
    complain(['notice_languages', index], 'unknown-language', `there is no notices/${language}.yaml${hint}`);
  });
  settings.notice_blocks.forEach((block, index) => {
    const path = ['notice_blocks', index];
    checkNotice(block, (message) => complain(path, 'unknown-notice', message), settings, workshop);
  });
}

function checkStages(settings: RegionSettings, complain: Complain): void {
  for (const [stage, rule] of Object.entries(settings.evidence.stages)) {
    if (!rule.required) continue;
    for (const answer of ['failed', 'overdue'] as const) {
      if (rule[answer] === 'review' || rule[answer] === 'hold') continue;
      const message = `${stage} is required here: ${answer} must lead to review or hold, not ${rule[answer]}`;
      complain(['evidence', 'stages', stage, answer], 'stage-into-allow', message);
    }
  }
}

/** What ends without a person; `hold` hides a note until one has looked. */
const TAKES_AWAY: ReadonlySet<Action> = new Set(['geo_withhold', 'remove']);

function checkModelAlone({ model_alone }: RegionSettings, complain: Complain): void {
  for (const competence of ['weak', 'none'] as const) {
    const action = model_alone[competence];
    if (!TAKES_AWAY.has(action)) continue;
    const message = `model_alone, ${competence}: ${action} on the word of the text model alone, where it was not validated for the language; hold hides the note and asks a person`;
    complain(['model_alone', competence], 'unproven-removal', message);
  }
}

/** An opinion that nobody waits for is money spent on nothing. */
function checkOpinions({ opinions, evidence }: RegionSettings, complain: Complain): void {
  const { scores, categories, unvalidated_language, unseen_pictures } = opinions.ask;
  const asks = scores !== null || categories.length > 0 || unvalidated_language || unseen_pictures;
  if (!asks || evidence.stages.deliberate.required) return;
  const message =
    'opinions are asked for here, so evidence.stages.deliberate must be required: nobody would wait for them';
  complain(['opinions', 'ask'], 'stage-into-allow', message);
}

function checkAge({ age }: RegionSettings, complain: Complain): void {
  if (age.min <= age.adult) return;
  complain(
    ['age'],
    'wrong-value',
    `age: min is ${age.min} and adult ${age.adult}; nobody grows up before the least age`,
  );
}

function checkSources(made: Inheritance, settings: RegionSettings, complain: Complain): void {
  const laws = Object.keys(settings.grounds);
  for (const setting of settingsOf(made.region)) {
    if (setting.kind === 'clock' || setting.cites === null || sourceOf(setting.cites, settings) !== null) continue;
    const hint = didYouMean(setting.cites, [...laws, ...Object.keys(settings.terms)]);
    const place = setting.kind === 'disclosure' ? ['disclosure_cites'] : [...setting.path.slice(0, -1), 'cites'];
    complain(place, 'unknown-source', `unknown source "${setting.cites}"${hint}`);
  }
  for (const block of ['clocks', 'preserve'] as const) {
    for (const [id, entry] of Object.entries(settings[block])) {
      if (entry?.ground === undefined || settings.grounds[entry.ground]) continue;
      const message = `unknown ground "${entry.ground}"${didYouMean(entry.ground, laws)}`;
      complain([block, id, 'ground'], 'unknown-ground', message);
    }
  }
}

/** The longest that six months can be. */
const SIX_MONTHS_DAYS = 184;

/** What no file in the European Union can do without. */
function checkUnion({ restrictions_need_notice, appeal }: RegionSettings, complain: Complain): void {
  if (!restrictions_need_notice) {
    const message = 'must be true in the EU: a restriction needs a statement of reasons (DSA art. 17)';
    complain(['restrictions_need_notice'], 'eu-notice', message);
  }
  if (appeal.days < SIX_MONTHS_DAYS) {
    const message = `appeal, days: at least ${SIX_MONTHS_DAYS} in the EU, where complaints are open for six months (DSA art. 20)`;
    complain(['appeal', 'days'], 'eu-appeal', message);
  }
}

export function checkSettings(made: Inheritance, settings: RegionSettings, workshop: Workshop): void {
  const complain: Complain = (path, lint, message) => workshop.report(faultAt(made.region, path, lint, message));
  checkLanguages(settings, workshop, complain);
  checkStages(settings, complain);
  checkModelAlone(settings, complain);
  checkOpinions(settings, complain);
  checkAge(settings, complain);
  checkSources(made, settings, complain);
  if (made.lineage.includes('eu')) checkUnion(settings, complain);
}
