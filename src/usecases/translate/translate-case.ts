/** The texts of a case for a reader: what is stored of their translation, and asking for the rest. */
import { type Evidence, foundIn, type LanguageTag, type Note, type RegionId } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { Bundle } from '../../policy/bundle.js';
import { budgetOf } from '../../policy/opinions.js';
import { policyOf } from '../../policy/regions.js';
import type { TranslationsStore, Translator } from '../../ports/translation.js';
import type { Clock } from '../../ports.js';
import { partsOf } from '../note-texts.js';
import type { BudgetStore } from '../opinions/ledger.js';
import { budgeted } from './budgeted.js';
import type { Glossary } from './glossary.js';
import { storedParts, type TranslatedPart, translateParts, wantedTexts } from './translate-parts.js';
import type { TextToTranslate, TranslateDeps, TranslateScene } from './translate-text.js';

/** What an installation translates with. */
export interface Translation {
  readonly translator: Translator;
  readonly glossary: Glossary;
}
export interface CaseTranslateDeps extends Translation {
  readonly store: TranslationsStore;
  readonly budgets: BudgetStore;
  readonly clock: Clock;
}
/** What of a case or of a queued revision is needed. */
export interface TranslationSubject {
  readonly sourceId: string;
  readonly noteId: string;
  readonly revisionId: string;
  readonly note: Note;
  readonly evidence: Evidence | null;
}
/** The text goes as a whole, so every region of the note has a say, not only those of its cases; none named means all. */
const regionsOf = ({ note }: TranslationSubject, bundle: Bundle): readonly RegionId[] =>
  note.regions.length > 0 ? note.regions : [...bundle.regions.keys()];

/** `forbidden`: a region file lets its notes go to none of the declared places. */
export type TranslationStatus = 'not_configured' | 'forbidden' | 'not_needed' | 'absent' | 'ready';
export interface CaseTranslation {
  readonly status: TranslationStatus;
  readonly to: LanguageTag;
  readonly engine: string | null;
  readonly parts: readonly TranslatedPart[];
}

function textsToTranslate({ note, evidence }: TranslationSubject): readonly TextToTranslate[] {
  const language = foundIn(evidence?.language);
  const images = foundIn(evidence?.images);
  const whole = language?.languages[0]?.tag ?? note.languageHint ?? 'und';
  return partsOf(note, evidence).map(({ part, text }) => {
    const segments = (language?.segments ?? []).filter((segment) => segment.part === part);
    const isPicture = part !== 'title' && part !== 'body';
    const own = longest(segments) ?? (isPicture ? images?.languages?.[0]?.tag : undefined) ?? whole;
    return { part, text: text.raw, language: own, segments };
  });
}

function longest(segments: TextToTranslate['segments']): LanguageTag | undefined {
  const sure = segments.filter(({ tag }) => tag !== 'und');
  const length = ({ span }: TextToTranslate['segments'][number]): number => span.end - span.start;
  return [...sure].sort((a, b) => length(b) - length(a))[0]?.tag;
}

const policiesOf = ({ clock }: CaseTranslateDeps, bundle: Bundle, subject: TranslationSubject) =>
  regionsOf(subject, bundle).map((id) => policyOf(bundle, id, clock.now()));

/** A model of our own sends nothing anywhere; an endpoint must stand where every region lets its notes go. */
function mayTranslate(deps: CaseTranslateDeps, bundle: Bundle, subject: TranslationSubject): boolean {
  const { engine, region } = deps.translator;
  if (engine === 'local') return true;
  return policiesOf(deps, bundle, subject).every(({ settings }) => {
    const { endpoints } = settings.opinions;
    return endpoints === null || (region !== null && endpoints.includes(region));
  });
}

const sceneOf = (deps: CaseTranslateDeps, subject: TranslationSubject, { to, bundle }: Wish): TranslateScene => ({
  sourceId: subject.sourceId,
  noteId: subject.noteId,
  revisionId: subject.revisionId,
  to,
  redacts:
    deps.translator.engine !== 'local' &&
    policiesOf(deps, bundle, subject).some(({ settings }) => settings.opinions.redact),
});

export interface Wish {
  readonly to: LanguageTag;
  readonly bundle: Bundle;
}

const none = (status: TranslationStatus, to: LanguageTag, engine: string | null = null): CaseTranslation => ({
  status,
  to,
  engine,
  parts: [],
});
const engineOf = ({ translator }: Translation): string => `${translator.engine} ${translator.model}`;

/** What is there already; asks no engine. */
export async function storedTranslation(
  deps: CaseTranslateDeps | null,
  subject: TranslationSubject | null,
  wish: Wish,
): Promise<CaseTranslation> {
  if (deps === null) return none('not_configured', wish.to);
  if (subject === null) return none('not_needed', wish.to, engineOf(deps));
  if (!mayTranslate(deps, wish.bundle, subject)) return none('forbidden', wish.to, engineOf(deps));
  const texts = wantedTexts(textsToTranslate(subject), wish.to);
  if (texts.length === 0) return none('not_needed', wish.to, engineOf(deps));
  const parts = await storedParts(deps, sceneOf(deps, subject, wish), texts);
  const status = parts.length === texts.length ? 'ready' : 'absent';
  return { status, to: wish.to, engine: engineOf(deps), parts };
}

/** Sentences beside the note, as the notice that its author will read. */
export interface ExtraTexts {
  readonly language: LanguageTag;
  readonly sentences: readonly string[];
}

/** Throws what the engine throws; `gone_erased` when the note went meanwhile. */
export async function translateCase(
  deps: CaseTranslateDeps,
  subject: TranslationSubject,
  wish: Wish,
  { extra, signal }: { readonly extra: ExtraTexts | null; readonly signal: AbortSignal },
): Promise<CaseTranslation> {
  const { to, bundle } = wish;
  if (!mayTranslate(deps, bundle, subject)) {
    throw new InvalidInputError('translation_forbidden', 'A region of this note lets it go to no such endpoint');
  }
  const sentences = (extra?.sentences ?? []).map((text, i): TextToTranslate => {
    return { part: `notice:${i}`, text, language: extra?.language ?? 'und', segments: [] };
  });
  const texts = wantedTexts([...textsToTranslate(subject), ...sentences], to);
  const paid: TranslateDeps = { ...deps, translator: purse(deps, subject, bundle) };
  const order = { texts, now: deps.clock.now(), signal };
  const { parts, kept } = await translateParts(paid, sceneOf(deps, subject, wish), order);
  if (!kept) throw new InvalidInputError('gone_erased', 'The note was erased meanwhile.');
  return { status: texts.length === 0 ? 'not_needed' : 'ready', to, engine: engineOf(deps), parts };
}

function purse(deps: CaseTranslateDeps, subject: TranslationSubject, bundle: Bundle): Translator {
  const { translator, budgets, clock } = deps;
  if (translator.engine === 'local') return translator;
  const policies = new Map(policiesOf(deps, bundle, subject).map((policy) => [policy.id, policy]));
  const limits = [...policies.values()].map(budgetOf);
  return budgeted(translator, { store: budgets, budgets: limits, clock });
}
