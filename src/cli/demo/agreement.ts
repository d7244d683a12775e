/** Compares what was decided with what the fixtures expect. */
import type { Action } from '../../domain.js';
import type { NamedFixture } from './fixture.js';

/** What the server answered for one fixture; null fields when it gave no decision in time. */
export interface DemoResult {
  readonly noteId: string | null;
  readonly languages: readonly string[];
  readonly findings: readonly string[];
  readonly actions: Readonly<Record<string, Action>>;
  /** From sending the note to having its decisions, as a caller sees it. */
  readonly ms: number;
  readonly error: string | null;
}

export interface DemoRow {
  readonly fixture: NamedFixture;
  readonly result: DemoResult;
}

export interface Miss {
  readonly externalId: string;
  readonly region: string;
  readonly action: Action | null;
  readonly expected: Action;
  readonly reason: string;
}

export interface Agreement {
  readonly notes: number;
  readonly decisions: number;
  readonly agreed: number;
  readonly share: number;
  /** Notes that lack a decision for a region that they asked for. */
  readonly missing: readonly string[];
  readonly misses: readonly Miss[];
}

const LEAST_AGREEMENT = 0.9;

export function agreementOf(rows: readonly DemoRow[]): Agreement {
  const pairs = rows.flatMap(({ fixture, result }) =>
    fixture.regions.map((region) => ({ fixture, region, action: result.actions[region] ?? null })),
  );
  const misses = pairs.flatMap(({ fixture, region, action }): Miss[] => {
    const expected = fixture.expect[region];
    if (expected === undefined || expected === action) return [];
    return [{ externalId: fixture.externalId, region, action, expected, reason: fixture.reason }];
  });
  const agreed = pairs.length - misses.length;
  return {
    notes: rows.length,
    decisions: pairs.length,
    agreed,
    share: pairs.length === 0 ? 0 : agreed / pairs.length,
    missing: [...new Set(misses.filter((miss) => miss.action === null).map((miss) => miss.externalId))],
    misses,
  };
}

export const isGood = (agreement: Agreement): boolean =>
  agreement.missing.length === 0 && agreement.share >= LEAST_AGREEMENT;
