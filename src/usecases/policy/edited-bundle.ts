/** The bundle in force with one rule as it stands in an editor; faults at the places of that editor. */
import { InvalidInputError } from '../../errors.js';
import { type Bundle, checkBundle } from '../../policy/bundle.js';
import { filesIn } from '../../policy/bundle-content.js';
import { idIn, unknownRegion, withEditedRule } from '../../policy/edit-rule.js';
import { faultsIn, type PolicyFault } from '../../policy/faults.js';
import { isLive, withOverrides } from '../../policy/overrides.js';
import { fileOfRegion } from '../../policy/sources.js';
import type { Override } from '../../ports/policy.js';

export interface RuleDraft {
  readonly yaml: string;
  /** Region file that holds it. */
  readonly home: string;
  /** Judge as if it were in force everywhere, whatever its mode says. */
  readonly enforce: boolean;
}
export interface EditorFault {
  /** Of the editor, from 1; null: somewhere else in the files. */
  readonly line: number | null;
  readonly column: number | null;
  readonly file: string;
  readonly level: 'error' | 'warning';
  readonly lint: string;
  readonly message: string;
}
export interface EditedBundle {
  readonly bundle: Bundle | null;
  readonly rule: string | null;
  readonly faults: readonly EditorFault[];
}

/** `overrides` of the other rules are laid over it as far as they act at `now`. */
export function editedBundle(
  inForce: Bundle,
  overrides: readonly Override[],
  draft: RuleDraft,
  now: number,
): EditedBundle {
  const file = fileOfRegion(draft.home);
  const files = filesIn(inForce.content);
  const text = files.get(file);
  if (text === undefined) {
    throw new InvalidInputError('body_invalid', unknownRegion(draft.home, inForce.regions.keys()));
  }
  const edited = withEditedRule(text, file, draft.yaml);
  const here = (fault: PolicyFault): EditorFault => {
    const line = fault.line - edited.line + 1;
    const inside = fault.file === file && line >= 1 && line <= edited.lines;
    const column = inside ? Math.max(1, fault.column - edited.indent) : null;
    return {
      line: inside ? line : null,
      column,
      file: fault.file,
      level: fault.level,
      lint: fault.lint,
      message: fault.message,
    };
  };
  try {
    const checked = checkBundle(new Map([...files, [file, edited.text]]));
    const rule = idIn(draft.yaml);
    const others = overrides.filter((override) => override.rule !== rule && isLive(override, now));
    const raised = draft.enforce && rule !== null ? [...others, asEnforced(rule)] : others;
    const bundle = checked.bundle === null ? null : withOverrides(checked.bundle, raised);
    return { bundle, rule, faults: checked.faults.map(here) };
  } catch (error) {
    const faults = faultsIn(error);
    if (faults === null) throw error;
    return { bundle: null, rule: null, faults: faults.map(here) };
  }
}

const asEnforced = (rule: string): Override => ({
  rule,
  region: '*',
  mode: 'enforce',
  why: 'playground',
  by: { kind: 'system', id: 'playground' },
  at: '',
  until: null,
});
