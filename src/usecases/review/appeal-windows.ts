/** Regions whose appeals may come in when the text is gone already. */

import type { RegionId } from '../../domain.js';
import type { Bundle } from '../../policy/bundle.js';

export interface ShortRetention {
  /** The longest of them. */
  readonly appealDays: number;
  readonly regions: readonly RegionId[];
}

/** Null: every appeal of every region finds the note that it is about. */
export function shortRetention(bundle: Bundle, retentionDays: number): ShortRetention | null {
  const late = [...bundle.regions.values()].filter(({ settings }) => settings.appeal.days >= retentionDays);
  if (late.length === 0) return null;
  return {
    appealDays: Math.max(...late.map(({ settings }) => settings.appeal.days)),
    regions: late.map(({ id }) => id).sort(),
  };
}
