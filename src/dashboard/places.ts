/** Where the pages of the dashboard are: address, who may open it, name in the navigation. */
import type { Role } from '../ports/store.js';

interface Place {
  readonly path: string;
  /** Empty: every role. */
  readonly roles: readonly Role[];
  /** Key of the name in the navigation; null: reached from other pages. */
  readonly nav: string | null;
}

const ALL: readonly Role[] = [];
const POLICY_READERS: readonly Role[] = ['policy_author', 'auditor', 'admin'];

export const PLACES = [
  { path: '/', roles: ALL, nav: 'common:nav.overview' },
  { path: '/cases', roles: ALL, nav: 'common:nav.queue' },
  { path: '/cases/:caseId', roles: ALL, nav: null },
  { path: '/notes', roles: ALL, nav: 'common:nav.notes' },
  { path: '/notes/:noteId', roles: ALL, nav: null },
  { path: '/search', roles: ALL, nav: 'common:nav.search' },
  { path: '/audit', roles: ['auditor', 'admin'], nav: 'common:nav.audit' },
  { path: '/users', roles: ['admin'], nav: 'common:nav.users' },
  { path: '/policy', roles: POLICY_READERS, nav: 'policy:title' },
  { path: '/policy/playground', roles: ['policy_author', 'admin'], nav: null },
  { path: '/policy/bundles', roles: POLICY_READERS, nav: null },
  { path: '/policy/rules/:ruleId', roles: POLICY_READERS, nav: null },
  { path: '/policy/:region', roles: POLICY_READERS, nav: null },
  { path: '/settings', roles: ALL, nav: null },
] as const satisfies readonly Place[];

export type Path = (typeof PLACES)[number]['path'];

export const placesOf = (role: Role) => PLACES.filter(({ roles }: Place) => roles.length === 0 || roles.includes(role));

export const mayOpen = (path: Path, role: Role): boolean => placesOf(role).some((place) => place.path === path);
