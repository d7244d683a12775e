/** One row for what several banks found alike: a word that stands in five of them is still one word of the note. */
import type { NoteFinding } from '../api/types.js';

export interface FindingGroup {
  readonly key: string;
  /** The strongest of them. */
  readonly finding: NoteFinding;
  readonly detectors: readonly string[];
  /** Among all findings. */
  readonly indexes: readonly number[];
}

export const spansOf = ({ spans }: Pick<NoteFinding, 'spans'>): string =>
  spans.map((span) => `${span.start}–${span.end}`).join(', ');

export function groupsOf(findings: readonly NoteFinding[]): readonly FindingGroup[] {
  const groups = new Map<string, FindingGroup>();
  findings.forEach((finding, index) => {
    const { category, source, part, view, detector } = finding;
    const key = [category, source, part, view, spansOf(finding)].join(' ');
    const known = groups.get(key);
    const strongest = known === undefined || finding.calibrated > known.finding.calibrated ? finding : known.finding;
    groups.set(key, {
      key,
      finding: strongest,
      detectors: [...new Set([...(known?.detectors ?? []), detector])],
      indexes: [...(known?.indexes ?? []), index],
    });
  });
  return [...groups.values()];
}
