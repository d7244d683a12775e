/**
 * Strikes of an author, worked out from the decisions that stand: low ones lapse after 90 days, grave ones after a year.
 * A call for help and an edit that was asked for never strike.
 */
import { DAY_MS } from '../../domain.js';
import type { Restriction } from '../../ports/review.js';

const LOW_DAYS = 90;
const GRAVE_DAYS = 365;
const LEAST_SEVERITY = 2;
const GRAVE_SEVERITY = 3;

export interface Strike {
  readonly decisionId: string;
  readonly noteId: string;
  readonly category: string;
  readonly severity: number;
  readonly weight: number;
  readonly at: string;
  readonly expiresAt: string;
}

export function strikesOf(restrictions: readonly Restriction[], now: number): readonly Strike[] {
  // A note is one strike, however many regions it was judged for.
  const byNote = new Map<string, Restriction>();
  for (const one of restrictions) {
    const known = byNote.get(one.noteId);
    if (strikes(one) && (known === undefined || one.severity > known.severity)) byNote.set(one.noteId, one);
  }
  return [...byNote.values()].flatMap(({ decisionId, noteId, category, severity, at }) => {
    const grave = severity >= GRAVE_SEVERITY;
    const expires = Date.parse(at) + (grave ? GRAVE_DAYS : LOW_DAYS) * DAY_MS;
    if (category === null || expires <= now) return [];
    const expiresAt = new Date(expires).toISOString();
    return [{ decisionId, noteId, category, severity, weight: grave ? 2 : 1, at, expiresAt }];
  });
}

/** What is only held until a person has looked is no strike yet. */
const strikes = ({ severity, category, action }: Restriction): boolean =>
  severity >= LEAST_SEVERITY &&
  category !== 'selfharm.risk' &&
  action !== 'require_edit' &&
  action !== 'hold' &&
  action !== 'label';
