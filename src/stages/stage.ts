/** How a stage declares itself. A stage is a value, made by a function that takes only the ports it needs. */
import type { Evidence, EvidenceKey, EvidenceMap, LabelledText, Note, SkipReason } from '../domain.js';
import type { OpinionPlan } from './deliberate/plan.js';

export interface StageInput {
  readonly sourceId: string;
  readonly revisionId: string;
  readonly note: Note;
  /** Parts that hold text, normalised lazily; later stages may append (`image:<n>`). */
  readonly texts: readonly LabelledText[];
  /** What earlier stages left; a key of a later stage is absent. */
  readonly evidence: Partial<Evidence>;
  readonly repaired: boolean;
  readonly now: number;
}

/** What a policy bundle wants of a stage, so that `when` can ask without knowing the policy. */
export interface StageNeeds {
  readonly wanted: ReadonlySet<EvidenceKey>;
  /** Null: no region of the note asks for a second opinion. Unset: none ever does. */
  readonly opinion?: (input: StageInput) => OpinionPlan | null;
}

export interface Stage<K extends EvidenceKey = EvidenceKey> {
  /** Evidence key, metric label and heading in the docs. */
  readonly name: K;
  /** Raised when results may change; stored with every result. */
  readonly version: string;
  readonly reads: readonly EvidenceKey[];
  /** BCP 47 primary subtags it can judge, or `*`. */
  readonly languages: readonly string[] | '*';
  readonly cost: 'free' | 'local' | 'paid';
  readonly timeoutMs: number;
  when(
    input: StageInput,
    needs: StageNeeds,
  ): { readonly run: true } | { readonly run: false; readonly why: SkipReason };
  /**
   * Optional, asked before `run`: until when (ISO) it is worth waiting for evidence that others gather; null: run now. What
   * only the store knows may still be a reason to leave the stage out.
   */
  dueUntil?(input: StageInput): Promise<string | null | { readonly skip: SkipReason }>;
  run(input: StageInput, signal: AbortSignal): Promise<EvidenceMap[K]>;
  /** Optional: text parts that this stage found (OCR), read by the later stages. */
  texts?(value: EvidenceMap[K]): readonly LabelledText[];
}

export type AnyStage = { [K in EvidenceKey]: Stage<K> }[EvidenceKey];
