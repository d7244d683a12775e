/** One rule context per note, built from its evidence and shared by all regions; only `region` changes. */
import type { CategoryId } from '../categories.js';
import {
  type Author,
  type ClassifyEvidence,
  type Competence,
  type Evidence,
  type EvidenceKey,
  type Finding,
  type ImageReading,
  type LabelledText,
  type LanguageTag,
  type NoteFacts,
  type Outcome,
  SCORE_KEYS,
} from '../domain.js';
import { foldText, hasWording } from './has-term.js';
import { onlyIdioms } from './idioms.js';
import { bucketOf } from './stable-hash.js';
import { EVIDENCE_KEYS, type FieldType, type TYPES, type TypeName } from './vocabulary.js';

export interface EvaluationInput {
  readonly facts: NoteFacts;
  readonly evidence: Evidence;
  readonly texts: readonly LabelledText[];
}

interface JsTypes {
  string: string;
  int: bigint;
  double: number;
  bool: boolean;
  'list<string>': readonly string[];
  'map<string, string>': ReadonlyMap<string, string>;
  'map<string, double>': ReadonlyMap<string, number>;
  'map<string, map<string, double>>': ReadonlyMap<string, ReadonlyMap<string, number>>;
}
type Fields<T extends TypeName> = {
  readonly [K in keyof (typeof TYPES)[T]]: (typeof TYPES)[T][K] extends readonly [infer F extends FieldType, string]
    ? JsTypes[F]
    : never;
};
/** Each type of the vocabulary has a class of its own, since the engine tells values apart by constructor. */
function valueClass<T extends TypeName>(): new (fields: Fields<T>) => Fields<T> {
  const made = class {
    constructor(fields: Fields<T>) {
      Object.assign(this, fields);
    }
  };
  return made as unknown as new (
    fields: Fields<T>,
  ) => Fields<T>;
}
export const VALUE_CLASSES = {
  Note: valueClass<'Note'>(),
  Finding: valueClass<'Finding'>(),
  Score: valueClass<'Score'>(),
  Contact: valueClass<'Contact'>(),
  Author: valueClass<'Author'>(),
  Campaign: valueClass<'Campaign'>(),
  Image: valueClass<'Image'>(),
  Ocr: valueClass<'Ocr'>(),
  Region: valueClass<'Region'>(),
} as const;
type Value<T extends TypeName> = Fields<T>;
/** What a region brings to every note; whether it accepts the label of one note is asked note by note. */
export type RegionValue = Omit<Value<'Region'>, 'accepts_disclosure'>;

/** Lists that a rule may walk are capped, so that two nested walks stay below a millisecond. */
export const LIST_CAP = 64;
/** Text beyond this is still matched and classified; only `re` stops here. */
const TEXT_CAP = 131_072;
/** A language below this share of confidence is a guess, not a language of the note. */
const LANGUAGE_MIN_CONFIDENCE = 0.2;
const DAY_MS = 86_400_000;

interface CategoryFacts {
  max: number;
  severity: number;
  readonly sources: Set<string>;
  readonly findings: Finding[];
}

const found = <T>(outcome: Outcome<T>): T | null => (outcome.status === 'found' ? outcome.value : null);
const isScoreKey = (key: string): key is (typeof SCORE_KEYS)[number] => (SCORE_KEYS as readonly string[]).includes(key);
const NO_SCORE = new VALUE_CLASSES.Score({ score: 0, p: 0, calibrated: 0 });
const whole = (value: number | null | undefined, unknown: bigint): bigint =>
  value === null || value === undefined || !Number.isFinite(value) ? unknown : BigInt(Math.floor(value));
const EMPTY: CategoryFacts = { max: 0, severity: 0, sources: new Set(), findings: [] };

export class RuleContext {
  /** The settings of the region that is judged. */
  home: RegionValue;
  readonly note: Value<'Note'>;
  readonly author: Value<'Author'>;
  readonly campaign: Value<'Campaign'>;
  readonly findings: readonly Value<'Finding'>[];
  readonly contacts: readonly Value<'Contact'>[];
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
    const classify = found(evidence.classify);
    const all = allFindings(evidence);
    this.#categories = byCategory(all, classify);
    this.findings = strongest(all).map(findingValue);
    this.note = noteValue(input);
    this.author = authorValue(facts.author, facts.now);
    this.campaign = campaignValue(evidence);
    this.contacts = (found(evidence.match)?.contacts ?? [])
      .slice(0, LIST_CAP)
      .map(
        (hit) =>
          new VALUE_CLASSES.Contact({ kind: hit.kind, detail: hit.detail ?? '', part: hit.part, view: hit.view }),
      );
    this.scores = new Map(SCORE_KEYS.map((key) => [key, scoreValue(classify, key)]));
    this.competence = new Map(SCORE_KEYS.map((key) => [key, classify?.competence[key] ?? 'none']));
    const language = found(evidence.language);
    const spoken = spokenLanguages(language?.languages ?? []);
    // A note without words of its own speaks the language of its pictures.
    const read = spoken.some((tag) => tag !== 'und') ? [] : spokenLanguages(found(evidence.images)?.languages ?? []);
    this.languages = read.length > 0 ? read : spoken;
    this.language = this.languages[0] ?? 'und';
    this.mixed = language?.mixed ?? false;
    this.signs = [...new Set((found(evidence.normalise)?.parts ?? []).flatMap((part) => part.signs))];
    const readings = found(evidence.images)?.readings ?? [];
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
    return this.#categories.get(id) ?? EMPTY;
  }

  /** False means that every rule which asks for this category can only answer no. */
  touches(id: CategoryId): boolean {
    return this.#categories.has(id);
  }

  onlyIdioms(id: CategoryId): boolean {
    return onlyIdioms(id, this.category(id).findings, found(this.#input.evidence.match)?.idioms ?? []);
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

/**
 * What an unproven score must reach. Flag thresholds of scarce labels lie far below, where most flagged texts are
 * harmless; where no harmful text was ever measured, even odds say little.
 */
const LEAST_P = { validated: 0, weak: 0.5, none: 0.75 } as const satisfies Record<Competence, number>;

/** Whether the model's word on a score counts. `scores[...]` shows rules the bare figures. */
export const believed = (classify: ClassifyEvidence, key: (typeof SCORE_KEYS)[number]): boolean =>
  classify.scores[key].p >= LEAST_P[classify.competence[key]];

export const EMPTY_REGION: RegionValue = {
  id: '',
  thresholds: new Map(),
  disclosures: [],
  min_age: 0n,
  adult_age: 0n,
};

function allFindings(evidence: Evidence): readonly Finding[] {
  const classify = found(evidence.classify);
  const read = (classify?.findings ?? []).filter(
    ({ category }) => classify !== null && isScoreKey(category) && believed(classify, category),
  );
  return [...(found(evidence.match)?.findings ?? []), ...read, ...(found(evidence.images)?.findings ?? [])];
}

function byCategory(all: readonly Finding[], classify: ClassifyEvidence | null): Map<CategoryId, CategoryFacts> {
  const table = new Map<CategoryId, CategoryFacts>();
  const entry = (id: CategoryId): CategoryFacts => {
    const known = table.get(id);
    if (known !== undefined) return known;
    const made: CategoryFacts = { max: 0, severity: 0, sources: new Set(), findings: [] };
    table.set(id, made);
    return made;
  };
  for (const finding of all) {
    const facts = entry(finding.category);
    facts.max = Math.max(facts.max, finding.calibrated);
    facts.severity = Math.max(facts.severity, finding.severity);
    facts.sources.add(finding.source);
    facts.findings.push(finding);
  }
  for (const key of SCORE_KEYS) {
    if (classify === null || key === 'toxicity' || !believed(classify, key)) continue;
    const { calibrated } = classify.scores[key];
    if (calibrated <= 0) continue;
    const facts = entry(key);
    facts.max = Math.max(facts.max, calibrated);
  }
  return table;
}

function strongest(all: readonly Finding[]): readonly Finding[] {
  const order = (a: Finding, b: Finding): number =>
    b.severity - a.severity || b.calibrated - a.calibrated || (a.detector < b.detector ? -1 : 1);
  return all.length <= 1 ? all : [...all].sort(order).slice(0, LIST_CAP);
}

const findingValue = (finding: Finding): Value<'Finding'> =>
  new VALUE_CLASSES.Finding({
    category: finding.category,
    score: finding.score,
    calibrated: finding.calibrated,
    severity: BigInt(finding.severity),
    source: finding.source,
    detector: finding.detector,
    part: finding.part,
    view: finding.view,
    spans: BigInt(finding.spans.length),
  });

function scoreValue(classify: ClassifyEvidence | null, key: string): Value<'Score'> {
  const score = classify !== null && isScoreKey(key) ? classify.scores[key] : null;
  return score === null
    ? NO_SCORE
    : new VALUE_CLASSES.Score({ score: score.score, p: score.p, calibrated: score.calibrated });
}

const ocrValue = ({ index, ocr }: ImageReading): readonly Value<'Ocr'>[] =>
  ocr.status === 'found'
    ? [
        new VALUE_CLASSES.Ocr({
          part: `image:${index}`,
          text: ocr.value.text,
          confidence: ocr.value.confidence,
          languages: ocr.value.languages,
        }),
      ]
    : [];

function imageValue({ images }: Evidence, ocr: readonly Value<'Ocr'>[]): Value<'Image'> {
  const readings = found(images)?.readings ?? [];
  const labels = new Map<string, number>();
  for (const { model } of readings) {
    for (const [label, score] of Object.entries(found(model)?.labels ?? {})) {
      labels.set(label, Math.max(score, labels.get(label) ?? 0));
    }
  }
  const codes = readings.flatMap((reading) => (found(reading.codes) ?? []).map(({ text }) => text));
  return new VALUE_CLASSES.Image({
    known: images.status === 'found',
    count: BigInt(readings.length),
    unreadable: BigInt(readings.filter(({ facts }) => facts.status !== 'found').length),
    text: ocr
      .map(({ text }) => text)
      .join('\n')
      .slice(0, TEXT_CAP),
    codes: codes.slice(0, LIST_CAP),
    labels,
  });
}

function noteValue({ facts, texts }: EvaluationInput): Value<'Note'> {
  const written = (name: string): string =>
    texts
      .flatMap((part) => (part.part === name ? [part.text.raw] : []))
      .join('\n')
      .slice(0, TEXT_CAP);
  const length = (name: string): bigint =>
    BigInt(texts.reduce((sum, part) => (part.part === name ? sum + part.text.raw.length : sum), 0));
  return new VALUE_CLASSES.Note({
    kind: facts.kind,
    title: written('title'),
    body: written('body'),
    title_length: length('title'),
    body_length: length('body'),
    text_length: BigInt(facts.textLength),
    has_images: facts.hasImages,
    ad_declared: facts.context.adDeclared ?? false,
    flags: facts.context.flags ?? [],
    reach: whole(facts.context.reach, 0n),
    is_reply: facts.context.replyTo !== undefined,
  });
}

function authorValue(author: Author | null, now: string): Value<'Author'> {
  const ageMs = Date.parse(now) - Date.parse(author?.createdAt ?? '');
  return new VALUE_CLASSES.Author({
    known: author !== null,
    age_days: Number.isFinite(ageMs) ? BigInt(Math.max(0, Math.floor(ageMs / DAY_MS))) : -1n,
    verified: author?.verified ?? false,
    account_type: author?.accountType ?? '',
    age_band: author?.ageBand ?? '',
    region: author?.region ?? '',
  });
}

function campaignValue(evidence: Evidence): Value<'Campaign'> {
  const counts = found(evidence.campaign);
  return new VALUE_CLASSES.Campaign({
    known: counts !== null,
    authors_1h: whole(counts?.authors1h, 0n),
    authors_24h: whole(counts?.authors24h, 0n),
    authors_7d: whole(counts?.authors7d, 0n),
    notes_24h: whole(counts?.notes24h, 0n),
    median_age_days: whole(counts?.medianAccountAgeDays, -1n),
  });
}

function spokenLanguages(guesses: readonly { readonly tag: string; readonly confidence: number }[]): readonly string[] {
  const spoken = guesses.filter((guess, index) => index === 0 || guess.confidence >= LANGUAGE_MIN_CONFIDENCE);
  return spoken.slice(0, LIST_CAP).map((guess) => guess.tag);
}
