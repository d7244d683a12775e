import type { EvidenceKey } from '../domain.js';
import type { StageNeeds } from '../stages/stage.js';
import type { Bundle } from './model.js';
import { planOpinion } from './opinions.js';

/** Evidence that some rule reads or some region requires; a stage that nobody wants need not run. */
export function stageNeeds(bundle: Bundle): StageNeeds {
  const wanted = new Set<EvidenceKey>();
  for (const region of bundle.regions.values()) {
    for (const key of region.reads) wanted.add(key);
    for (const [key, rule] of Object.entries(region.settings.evidence.stages)) {
      if (rule.required) wanted.add(key as EvidenceKey);
    }
  }
  return { wanted, opinion: (input) => planOpinion(bundle, input) };
}
