/** Rights and filters as SQL over `cases c`. Every read, claim and write of the queue goes through these. */
import type { CaseFilter, Sight } from '../../../ports/review.js';

/** Collects values for `$n`. */
export class Values {
  readonly list: unknown[] = [];
  bind(value: unknown, type: string): string {
    return `$${this.list.push(value)}::${type}`;
  }
}

const named = (column: string, list: string): string =>
  `(${column} = ANY (${list}) OR split_part(${column}, '-', 1) = ANY (${list}))`;

/** Desk, language, region and category; what was asked of the person as a colleague is seen in any case. */
export function sees(sight: Sight, me: string, values: Values): string {
  const { languages, regions, categories, desks } = sight;
  const parts = [`c.desk = ANY (${values.bind(desks, 'text[]')})`];
  if (languages !== null)
    parts.push(`(c.language IS NULL OR ${named('c.language', values.bind(languages, 'text[]'))})`);
  if (regions !== null) parts.push(`c.regions && ${values.bind(regions, 'text[]')}`);
  if (categories !== null)
    parts.push(`(c.category IS NULL OR c.category = ANY (${values.bind(categories, 'text[]')}))`);
  const asked = `EXISTS (SELECT 1 FROM case_opinions o WHERE o.case_id = c.id AND o.of_user = ${me} AND o.answered_at IS NULL)`;
  return `((${parts.join(' AND ')}) OR ${asked})`;
}

/** What a person has decided and may still take back, also where what is left of the case is for others. */
export const mayTakeBack = (me: string, now: string): string =>
  `EXISTS (SELECT 1 FROM human_decisions h WHERE h.case_id = c.id AND h.user_id = ${me} AND h.undone_at IS NULL
    AND h.undo_until > ${now})`;

/** Nobody judges their own word: who has decided about the note, before the appeal or while it waits, is not offered it. */
const decidedBefore = (person: string): string =>
  `EXISTS (SELECT 1 FROM human_decisions d WHERE d.note_id = c.note_id AND d.user_id = ${person} AND d.case_id <> c.id
    AND d.undone_at IS NULL)`;

/** Beyond sight: a language that must be named, people who decided it before, a colleague who has it to themselves. */
export function mayClaim(sight: Sight, me: string, now: string, values: Values): string {
  const { languages, regions, categories, desks } = sight;
  const parts = [
    `c.desk = ANY (${values.bind(desks, 'text[]')})`,
    `${me} <> ALL (c.excluded)`,
    `(c.reason <> 'appeal' OR NOT ${decidedBefore(me)})`,
    `(c.assigned_to IS NULL OR c.assigned_to = ${me} OR c.assigned_until <= ${now})`,
  ];
  const own = languages === null ? null : values.bind(languages, 'text[]');
  parts.push(
    own === null ? 'NOT c.native_only' : `(${named('c.language', own)} OR (c.language IS NULL AND NOT c.native_only))`,
  );
  if (regions !== null) parts.push(`c.regions && ${values.bind(regions, 'text[]')}`);
  if (categories !== null)
    parts.push(`(c.category IS NULL OR c.category = ANY (${values.bind(categories, 'text[]')}))`);
  return parts.join(' AND ');
}

export function matches(filter: CaseFilter, me: string, now: string, values: Values): string {
  const parts = [`c.state = '${filter.status === 'closed' ? 'closed' : 'open'}'`];
  const any = (column: string, list: readonly string[] | undefined): void => {
    if (list !== undefined && list.length > 0) parts.push(`${column} = ANY (${values.bind(list, 'text[]')})`);
  };
  if (filter.language !== undefined && filter.language.length > 0) {
    const list = values.bind(filter.language, 'text[]');
    parts.push(`(${named('c.language', list)} OR (c.language IS NULL AND 'und' = ANY (${list})))`);
  }
  if (filter.region !== undefined && filter.region.length > 0) {
    parts.push(`c.regions && ${values.bind(filter.region, 'text[]')}`);
  }
  any('c.category', filter.category);
  any('c.reason', filter.reason);
  any('c.desk', filter.desk);
  any('c.note_id', filter.notes);
  if (filter.source !== undefined) parts.push(`c.source_id = ${values.bind(filter.source, 'text')}`);
  if (filter.noteId !== undefined) parts.push(`c.note_id = ${values.bind(filter.noteId, 'text')}`);
  if (filter.overdue !== undefined) parts.push(`(c.due_at <= ${now}) = ${filter.overdue}`);
  if (filter.holder !== undefined) parts.push(heldAs(filter.holder, me, now));
  return parts.join(' AND ');
}

function heldAs(holder: NonNullable<CaseFilter['holder']>, me: string, now: string): string {
  const live = `coalesce(c.lease_until > ${now}, false)`;
  switch (holder) {
    case 'mine':
      return `((${live} AND c.lease_by = ${me}) OR (c.assigned_to = ${me} AND c.assigned_until > ${now})
        OR EXISTS (SELECT 1 FROM case_opinions o WHERE o.case_id = c.id AND o.of_user = ${me} AND o.answered_at IS NULL))`;
    case 'none':
      return `NOT ${live}`;
    case 'others':
      return `(${live} AND c.lease_by <> ${me})`;
  }
}
