/** The playground: one note under the rules in force and under an edited rule. Stores nothing. */
import type { Note, RegionId } from '../../domain.js';
import type { Bundle } from '../../policy/bundle.js';
import { answersOf, type RegionAnswer } from '../../policy/compare.js';
import { explain, type RegionTrace } from '../../policy/explain.js';
import type { PolicyStore } from '../../ports/policy.js';
import type { Clock } from '../../ports.js';
import { factsOf, type Moderated, type ModerateNow } from '../moderate.js';
import { type EditorFault, editedBundle, type RuleDraft } from './edited-bundle.js';

export interface TryDeps {
  readonly bundle: () => Bundle;
  readonly moderate: ModerateNow;
  readonly policy: PolicyStore;
  readonly clock: Clock;
}
export interface Tried {
  readonly evidence: Moderated['evidence'];
  readonly faults: readonly EditorFault[];
  readonly answers: readonly {
    readonly region: RegionId;
    readonly before: RegionAnswer | null;
    readonly after: RegionAnswer | null;
  }[];
  readonly traces: readonly RegionTrace[];
  readonly ms: number;
}

export async function tryNote(deps: TryDeps, note: Note, draft: RuleDraft | null, signal: AbortSignal): Promise<Tried> {
  const { regions } = note;
  const now = deps.clock.now();
  const started = performance.now();
  const bundle = deps.bundle();
  const overrides = draft === null ? [] : ((await deps.policy.inForce())?.overrides ?? []);
  const edited = draft === null ? null : editedBundle(bundle, overrides, draft, now);
  const { evidence, texts } = await deps.moderate(note, { regions }, signal);
  const input = { facts: factsOf(note, regions, now, now), evidence, texts };
  const before = answersOf(input, bundle, regions);
  const after = edited === null || edited.bundle === null ? null : answersOf(input, edited.bundle, regions);
  const { traces } = explain(input, edited?.bundle ?? bundle, regions);
  return {
    evidence,
    faults: edited?.faults ?? [],
    answers: regions.map((region) => ({
      region,
      before: before.get(region) ?? null,
      after: after?.get(region) ?? null,
    })),
    traces,
    ms: Math.round(performance.now() - started),
  };
}
