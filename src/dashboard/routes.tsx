/** Every page of the dashboard: its address, who may see it, and where it stands in the navigation. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Role } from '../ports/store.js';

type Page = LazyExoticComponent<ComponentType>;
const page = <K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K): Page =>
  lazy(async () => ({ default: (await load())[name] }));

export interface PageEntry {
  readonly path: string;
  readonly Page: Page;
  /** Empty: every role. */
  readonly roles: readonly Role[];
  /** Key of the name in the navigation; null: reached from other pages. */
  readonly nav: string | null;
}

export const PAGES: readonly PageEntry[] = [
  { path: '/', Page: page(() => import('./pages/overview.js'), 'OverviewPage'), roles: [], nav: 'common:nav.overview' },
  { path: '/cases', Page: page(() => import('./pages/queue.js'), 'QueuePage'), roles: [], nav: 'common:nav.queue' },
  { path: '/cases/:caseId', Page: page(() => import('./pages/case.js'), 'CasePage'), roles: [], nav: null },
  { path: '/notes', Page: page(() => import('./pages/notes.js'), 'NotesPage'), roles: [], nav: 'common:nav.notes' },
  { path: '/notes/:noteId', Page: page(() => import('./pages/note.js'), 'NotePage'), roles: [], nav: null },
  { path: '/search', Page: page(() => import('./pages/search.js'), 'SearchPage'), roles: [], nav: 'common:nav.search' },
  {
    path: '/audit',
    Page: page(() => import('./pages/audit.js'), 'AuditPage'),
    roles: ['auditor', 'admin'],
    nav: 'common:nav.audit',
  },
  {
    path: '/users',
    Page: page(() => import('./pages/users.js'), 'UsersPage'),
    roles: ['admin'],
    nav: 'common:nav.users',
  },
  {
    path: '/policy',
    Page: page(() => import('./pages/policy/policies.js'), 'PoliciesPage'),
    roles: ['policy_author', 'auditor', 'admin'],
    nav: 'policy:title',
  },
  {
    path: '/policy/playground',
    Page: page(() => import('./pages/policy/playground.js'), 'PlaygroundPage'),
    roles: ['policy_author', 'admin'],
    nav: null,
  },
  {
    path: '/policy/bundles',
    Page: page(() => import('./pages/policy/bundles.js'), 'BundlesPage'),
    roles: ['policy_author', 'auditor', 'admin'],
    nav: null,
  },
  {
    path: '/policy/rules/:ruleId',
    Page: page(() => import('./pages/policy/rule.js'), 'RulePage'),
    roles: ['policy_author', 'auditor', 'admin'],
    nav: null,
  },
  {
    path: '/policy/:region',
    Page: page(() => import('./pages/policy/region.js'), 'RegionPage'),
    roles: ['policy_author', 'auditor', 'admin'],
    nav: null,
  },
  { path: '/settings', Page: page(() => import('./pages/settings.js'), 'SettingsPage'), roles: [], nav: null },
];

export const mayOpen = (entry: PageEntry, role: Role): boolean =>
  entry.roles.length === 0 || entry.roles.includes(role);
