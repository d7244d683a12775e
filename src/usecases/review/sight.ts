/** What a person sees of the queue, and why they may not decide a case. */
import { DESKS, type Desk, primaryOf } from '../../domain.js';
import type { PersonRow, QueueRow, Sight } from '../../ports/review.js';
import type { Role } from '../../ports/store.js';

/** Who works cases; auditors and policy authors read them. */
export const WORKING_ROLES: readonly Role[] = ['reviewer', 'senior', 'admin'];

/** An admin without rights of their own sees every desk, so that no case waits where nobody looks. */
function desksOf({ role, rights }: Pick<PersonRow, 'role' | 'rights'>): readonly Desk[] {
  switch (role) {
    case 'auditor':
    case 'admin':
      return DESKS;
    case 'senior':
    case 'policy_author':
      return [...new Set<Desk>(['general', 'senior', ...rights.desks])];
    case 'reviewer':
      return rights.desks;
  }
}

export function sightOf(person: PersonRow): Sight {
  const desks = desksOf(person);
  const { userId, role, rights } = person;
  // The record is read whole: an auditor's sight has no borders.
  if (role === 'auditor') return { userId, role, languages: null, regions: null, categories: null, desks };
  return { ...rights, userId, role, desks };
}

export const OBSTACLES = ['role', 'desk', 'language', 'region', 'category', 'native_speaker', 'was_first'] as const;
export type Obstacle = (typeof OBSTACLES)[number];

const speaks = (languages: readonly string[] | null, tag: string): boolean =>
  languages === null || languages.includes(tag) || languages.includes(primaryOf(tag));

export function obstacleTo(sight: Sight, row: QueueRow): Obstacle | null {
  if (!WORKING_ROLES.includes(sight.role)) return 'role';
  if (!sight.desks.includes(row.desk)) return 'desk';
  if (row.excluded.includes(sight.userId)) return 'was_first';
  if (
    row.nativeSpeaker &&
    (sight.languages === null || row.language === null || !speaks(sight.languages, row.language))
  ) {
    return 'native_speaker';
  }
  if (row.language !== null && !speaks(sight.languages, row.language)) return 'language';
  if (myRegions(sight, row.regions).length === 0) return 'region';
  const { categories } = sight;
  if (categories !== null && row.category !== null && !categories.includes(row.category)) return 'category';
  return null;
}

export const myRegions = (sight: Sight, regions: readonly string[]): readonly string[] => {
  const { regions: mine } = sight;
  return mine === null ? regions : regions.filter((region) => mine.includes(region));
};
