/** One rule context per note, built from its evidence and shared by all regions; only `region` changes. */
import type { CategoryId } from '../categories.js';
import { EVIDENCE_KEYS, type EvidenceKey, type Finding, foundIn, type LanguageTag, SCORE_KEYS } from '../domain.js';
import { allFindings, byCategory, type CategoryFacts, fairly, NOTHING, strongest } from './context-findings.js';
import {
  authorValue,
  campaignValue,
  type EvaluationInput,
  findingValue,
  imageValue,
  LIST_CAP,
  noteValue,
  ocrValue,
  type RegionValue,
  scoreValue,
  spokenLanguages,
  TEXT_CAP,
  VALUE_CLASSES,
  type Value,
} from './context-values.js';
import { foldText, hasWording } from './has-term.js';
import { onlyIdioms } from './idioms.js';
import { bucketOf } from './stable-hash.js';

export class RuleContext {
  /** The settings of the region that is judged. */
  home: RegionValue;
  readonly note: Value<'Note'>;
  readonly author: Value<'Author'>;
  readonly campaign: Value<'Campaign'>;
  readonly findings: readonly Value<'Finding'>[];
  readonly contacts: readonly Value<'Contact'>[];
  readonly contactKinds: ReadonlySet<string>;
  readonly scores: ReadonlyMap<string, Value<'Score'>>;
  readonly competence: ReadonlyMap<string, string>;
  readonly languages: readonly LanguageTag[];
  readonly language: LanguageTag;
  readonly mixed: boolean;
  readonly signs: readonly string[];
  readonly gaps: readonly string[];
  readonly image: Value<'Image'>;
  readonly ocr: readonly Value<'Ocr'>[];
  readonly #input: EvaluationInput;
  readonly #categories: Map<CategoryId, CategoryFacts>;
  #text: string | null = null;
  #bucket: number | null = null;
  readonly #regions = new Map<RegionValue, Value<'Region'>>();
  readonly #folded = new Map<string, string>();

  constructor(input: EvaluationInput, region: RegionValue) {
    const { evidence, facts } = input;
    this.#input = input;
    this.home = region;
    const classify = foundIn(evidence.classify);
    const all = allFindings(evidence);
    this.#categories = byCategory(all, classify);
    this.findings = strongest(all).map(findingValue);
    this.note = noteValue(input);
    this.author = authorValue(facts.author, facts.now);
    this.campaign = campaignValue(evidence);
    const contacts = foundIn(evidence.match)?.contacts ?? [];
    this.contactKinds = new Set(contacts.map(({ kind }) => kind));
    this.contacts = fairly(
      contacts,
      ({ kind, view, part }) => `${kind} ${view === 'raw'} ${part.startsWith('qr:')}`,
    ).map(
      (hit) => new VALUE_CLASSES.Contact({ kind: hit.kind, detail: hit.detail ?? '', part: hit.part, view: hit.view }),
    );
    this.scores = new Map(SCORE_KEYS.map((key) => [key, scoreValue(classify, key)]));
    this.competence = new Map(SCORE_KEYS.map((key) => [key, classify?.competence[key] ?? 'none']));
    const language = foundIn(evidence.language);
    const spoken = spokenLanguages(language?.languages ?? []);
    // A note without words of its own speaks the language of its pictures.
    const read = spoken.some((tag) => tag !== 'und') ? [] : spokenLanguages(foundIn(evidence.images)?.languages ?? []);
    this.languages = read.length > 0 ? read : spoken;
    this.language = this.languages[0] ?? 'und';
    this.mixed = language?.mixed ?? false;
    this.signs = [...new Set((foundIn(evidence.normalise)?.parts ?? []).flatMap((part) => part.signs))];
    const readings = foundIn(evidence.images)?.readings ?? [];
    this.ocr = readings.slice(0, LIST_CAP).flatMap(ocrValue);
    this.image = imageValue(evidence, this.ocr);
    this.gaps = EVIDENCE_KEYS.filter((key: EvidenceKey) => evidence[key].status !== 'found');
  }

  get text(): string {
    this.#text ??= this.#input.texts
      .map((part) => part.text.raw)
      .join('\n')
      .slice(0, TEXT_CAP);
    return this.#text;
  }

  get region(): Value<'Region'> {
    const known = this.#regions.get(this.home);
    if (known !== undefined) return known;
    const made = new VALUE_CLASSES.Region({ ...this.home, accepts_disclosure: this.#acceptsDisclosure() });
    this.#regions.set(this.home, made);
    return made;
  }

  #acceptsDisclosure(): boolean {
    if (this.note.ad_declared) return true;
    const { disclosures } = this.home;
    return this.contacts.some(
      ({ kind, detail }) => kind === 'disclosure' && disclosures.some((tag) => isUnder(detail, tag)),
    );
  }

  hasWording(text: string, wording: string): boolean {
    const known = this.#folded.get(text) ?? foldText(text.slice(0, TEXT_CAP));
    this.#folded.set(text, known);
    return hasWording(known, wording);
  }

  /** 0 to 99 by the words of the note, so that the same text always falls into the same sample. */
  get bucket(): number {
    this.#bucket ??= bucketOf(`sample\0${this.text}`);
    return this.#bucket;
  }

  category(id: CategoryId): CategoryFacts {
    return this.#categories.get(id) ?? NOTHING;
  }

  /** False means that every rule which asks for this category can only answer no. */
  touches(id: CategoryId): boolean {
    return this.#categories.has(id);
  }

  onlyIdioms(id: CategoryId): boolean {
    return onlyIdioms(id, this.category(id).findings, foundIn(this.#input.evidence.match)?.idioms ?? []);
  }

  /** Of the term banks; a model head that bears the same name does not count. */
  hasDetector(fits: (id: string) => boolean): boolean {
    const isTerm = ({ source, detector }: Finding): boolean =>
      (source === 'term' || source === 'pattern') && fits(detector);
    return [...this.#categories.values()].some((entry) => entry.findings.some(isTerm));
  }
}

/** `zh-Hans` is under `zh`; `zhx` is not. */
export const isUnder = (tag: string, parent: string): boolean =>
  tag.toLowerCase() === parent.toLowerCase() || tag.toLowerCase().startsWith(`${parent.toLowerCase()}-`);
