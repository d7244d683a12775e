/** The notice to an author as they would read it: sentences of the policy files, blanks filled in. */
import { type Action, DAY_MS, type NoticeText, primaryOf } from '../../domain.js';
import type { Bundle, CompiledRegion } from '../../policy/bundle.js';
import { policyOf } from '../../policy/regions.js';
import type { CheckedVerdict } from './choices.js';
import { appealDeadlineOf, clausesOf } from './choices.js';
import { wordsIn } from './notice-words.js';

export interface NoticeScene {
  readonly bundle: Bundle;
  /** Of the note. */
  readonly language: string | null;
  readonly found: 'systems' | 'report' | 'order';
  readonly decided: 'person' | 'machine';
  /** Where people can appeal; null leaves the blank to the platform. */
  readonly appealUrl: string | null;
  readonly now: number;
}

const WHAT: Readonly<Partial<Record<Action, string>>> = {
  remove: 'what_removed',
  hold: 'what_held',
  geo_withhold: 'what_limited',
  limit: 'what_limited',
  limit_interact: 'what_limited',
  age_gate: 'what_limited',
  label: 'what_labelled',
  warn: 'what_warned',
  require_edit: 'what_edit',
};
/** An edit that is asked for without an end is asked for within a week. */
const EDIT_MS = 7 * DAY_MS;

/** One for each group of regions whose people have the same time to appeal and the same ways to complain. */
export function noticesOf(verdict: CheckedVerdict, scene: NoticeScene): readonly NoticeText[] {
  if (verdict.action === 'allow') return [noticeOf(verdict, scene)];
  const isFinal = verdict.appealDeadline === null;
  const groups = new Map<string, { readonly policy: CompiledRegion; readonly regions: string[] }>();
  for (const region of verdict.regions) {
    const policy = policyOf(scene.bundle, region, scene.now);
    const key = JSON.stringify([policy.settings.appeal.days, policy.settings.notice_blocks]);
    const group = groups.get(key) ?? { policy, regions: [] };
    groups.set(key, group);
    group.regions.push(region);
  }
  return [...groups.values()].map(({ policy, regions }) => {
    const appealDeadline = appealDeadlineOf([policy], { isFinal, now: scene.now });
    return noticeOf({ ...verdict, regions, appealDeadline }, scene);
  });
}

function noticeOf(verdict: CheckedVerdict, scene: NoticeScene): NoticeText {
  const { bundle } = scene;
  const policy = policyOf(bundle, verdict.regions[0] ?? 'global', scene.now);
  const language = pick(bundle, scene.language, policy.settings.notice_languages);
  const notices = bundle.notices.get(language.tag);
  const silent = verdict.action === 'allow';
  const base = { regions: verdict.regions, action: verdict.action, language: language.tag };
  const known = { ...base, direction: notices?.direction ?? 'ltr', inAuthorsLanguage: language.own, silent } as const;
  if (silent || notices === undefined) return { ...known, sentences: [], openSlots: [] };
  const keys = keysOf(verdict, policy.settings.notice_blocks);
  const slotsOf = slotsWith(verdict, scene, policy, language.tag);
  const open = new Set<string>();
  const sentences = keys.flatMap((key) => {
    const text = notices.sentences.get(key);
    return text === undefined ? [] : [{ key, text: fill(text, slotsOf(key), open) }];
  });
  return { ...known, sentences, openSlots: [...open] };
}

/** There is no way to appeal what is final, and intimate pictures are no matter of a notice about something else. */
function isOffered(block: string, { appealDeadline, category }: CheckedVerdict): boolean {
  switch (block) {
    case 'redress':
      return appealDeadline !== null;
    case 'ncii_page':
      return category?.startsWith('sexual.') ?? false;
    default:
      return true;
  }
}

function keysOf(verdict: CheckedVerdict, blocks: readonly string[]): readonly string[] {
  const why = verdict.ground?.kind === 'law' ? 'why_law' : 'why_terms';
  const offered = blocks.filter((block) => isOffered(block, verdict));
  const keys = [WHAT[verdict.action] ?? null, verdict.notice, verdict.ground === null ? null : why, ...offered];
  return [...new Set(keys.filter((key) => key !== null))];
}

/** The exact tag, then its primary subtag with any script, then what the region asks for. */
function pick(
  bundle: Bundle,
  wanted: string | null,
  offered: readonly string[],
): { readonly tag: string; readonly own: boolean } {
  const tags = [...bundle.notices.keys()];
  const own = tags.find((tag) => tag === wanted) ?? tags.find((tag) => primaryOf(tag) === primaryOf(wanted ?? ''));
  if (own !== undefined) return { tag: own, own: true };
  return { tag: offered.find((tag) => tags.includes(tag)) ?? 'en', own: false };
}

/** What fills the blanks of a sentence; only its date and its link depend on which one it is. */
function slotsWith(
  verdict: CheckedVerdict,
  scene: NoticeScene,
  policy: CompiledRegion,
  language: string,
): (key: string) => Readonly<Record<string, string | null>> {
  const words = wordsIn(language);
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const places = placesIn(verdict.regions, language);
  const { ground } = verdict;
  const clause = clausesOf(policy).find(({ kind, ref }) => kind === ground?.kind && ref === ground.ref);
  const title = ground?.kind === 'terms' ? scene.bundle.notices.get(language)?.clauses.get(ground.ref) : undefined;
  const editBy = verdict.end ?? new Date(scene.now + EDIT_MS).toISOString();
  const always = {
    places,
    country: places,
    clause: title ?? clause?.title ?? ground?.ref ?? null,
    law: ground?.ref ?? null,
    finder: words[scene.found],
    decider: words[scene.decided],
  };
  return (key) => {
    const isRedress = key.startsWith('redress');
    const today = new Date(scene.now).toISOString();
    const date = isRedress ? verdict.appealDeadline : key === 'what_edit' ? editBy : today;
    return {
      ...always,
      date: date === null ? null : day.format(new Date(date)),
      link: isRedress ? scene.appealUrl : null,
    };
  };
}

/** `global` is the world, `eu` the union; every other id is a country. */
function placesIn(regions: readonly string[], language: string): string {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'code' });
  const named = regions.map((region) => {
    const code = region === 'global' ? '001' : region.toUpperCase();
    return /^([A-Z]{2}|\d{3})$/.test(code) ? (names.of(code) ?? code) : code;
  });
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(named);
}

const fill = (text: string, slots: Readonly<Record<string, string | null>>, open: Set<string>): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = slots[name] ?? null;
    if (value === null) open.add(name);
    return value ?? whole;
  });
