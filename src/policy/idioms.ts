/** Whether figures of speech explain what the text model saw: "kill the heat" is no threat, "kill the heat, then you" is. */
import type { CategoryId } from '../categories.js';
import type { Finding, IdiomHit, Span } from '../domain.js';

/** Of each place that the model points at; its places are runs of words, a little wider than the idiom. */
const LEAST_SHARE = 1 / 3;

function coveredUnits({ start, end }: Span, idioms: readonly Span[]): number {
  let units = 0;
  for (let at = start; at < end; at += 1) {
    if (idioms.some((span) => at >= span.start && at < span.end)) units += 1;
  }
  return units;
}

/**
 * True only where the model alone saw the category, said where, and each of those places is an idiom that excuses it.
 * Any other detector, or one place outside, and the answer is no.
 */
export function onlyIdioms(category: CategoryId, findings: readonly Finding[], idioms: readonly IdiomHit[]): boolean {
  const excusing = idioms.filter(({ excuses }) => excuses.includes(category));
  if (excusing.length === 0 || findings.length === 0) return false;
  return findings.every(({ source, spans, part }) => {
    if (source !== 'classifier' || spans.length === 0) return false;
    const harmless = excusing.filter((idiom) => idiom.part === part).flatMap((idiom) => idiom.spans);
    return spans.every((span) => coveredUnits(span, harmless) >= (span.end - span.start) * LEAST_SHARE);
  });
}
