/** The page at each place. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Path } from './places.js';

type Page = LazyExoticComponent<ComponentType>;
const page = <K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K): Page =>
  lazy(async () => ({ default: (await load())[name] }));

export const PAGES: Readonly<Record<Path, Page>> = {
  '/': page(() => import('./pages/overview.js'), 'OverviewPage'),
  '/cases': page(() => import('./pages/queue.js'), 'QueuePage'),
  '/cases/:caseId': page(() => import('./pages/case.js'), 'CasePage'),
  '/notes': page(() => import('./pages/notes.js'), 'NotesPage'),
  '/notes/:noteId': page(() => import('./pages/note.js'), 'NotePage'),
  '/search': page(() => import('./pages/search.js'), 'SearchPage'),
  '/audit': page(() => import('./pages/audit.js'), 'AuditPage'),
  '/users': page(() => import('./pages/users.js'), 'UsersPage'),
  '/policy': page(() => import('./pages/policy/policies.js'), 'PoliciesPage'),
  '/policy/playground': page(() => import('./pages/policy/playground.js'), 'PlaygroundPage'),
  '/policy/bundles': page(() => import('./pages/policy/bundles.js'), 'BundlesPage'),
  '/policy/rules/:ruleId': page(() => import('./pages/policy/rule.js'), 'RulePage'),
  '/policy/:region': page(() => import('./pages/policy/region.js'), 'RegionPage'),
  '/settings': page(() => import('./pages/settings.js'), 'SettingsPage'),
};
