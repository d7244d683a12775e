/** The explicit order of the stages, and the proof at start that the list makes sense. */
import type { EvidenceKey, LabelledText } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import type { AnyStage, Stage, StageInput } from './stage.js';

/** Every evidence key in the order in which it is gathered. */
export const STAGE_ORDER = [
  'language',
  'images',
  // After the pictures: their words may be disguised too.
  'normalise',
  'match',
  'classify',
  'campaign',
  'deliberate',
] as const satisfies readonly EvidenceKey[];

const EMPTY_TEXTS: readonly LabelledText[] = [];
const PROBE: StageInput = {
  sourceId: 'src_probe',
  revisionId: 'rev_probe',
  note: { kind: 'note', title: '', body: '', regions: [], context: {}, images: [] },
  texts: EMPTY_TEXTS,
  evidence: {},
  repaired: false,
  now: 0,
};

/** Sorts into STAGE_ORDER and proves the list. */
export function orderStages(stages: readonly AnyStage[]): readonly AnyStage[] {
  const ordered = [...stages].sort((a, b) => STAGE_ORDER.indexOf(a.name) - STAGE_ORDER.indexOf(b.name));
  checkStages(ordered);
  return ordered;
}

/** Unique names, reads that point backwards, a limit on every stage, and paid stages that a policy must ask for. */
export function checkStages(stages: readonly AnyStage[]): void {
  const faults: string[] = [];
  const before = new Set<EvidenceKey>();
  for (const stage of stages) {
    if (before.has(stage.name)) faults.push(`${stage.name}: produced twice`);
    for (const key of stage.reads) {
      const present = stages.some((other) => other.name === key);
      if (key === stage.name || (present && !before.has(key)))
        faults.push(`${stage.name}: reads ${key} before it is made`);
    }
    if (!(stage.timeoutMs > 0)) faults.push(`${stage.name}: has no time limit`);
    if (stage.version === '') faults.push(`${stage.name}: has no version`);
    if (stage.cost === 'paid' && runsUnasked(stage))
      faults.push(`${stage.name}: is paid and runs though no policy wants it`);
    before.add(stage.name);
  }
  if (faults.length > 0)
    throw new InvalidInputError('config_invalid', `The stage list is wrong:\n${faults.join('\n')}`);
}

const runsUnasked = (stage: Stage): boolean => stage.when(PROBE, { wanted: new Set() }).run;
