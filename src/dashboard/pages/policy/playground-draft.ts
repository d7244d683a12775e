/** What is tried in the playground: a note, regions, and a rule as it is being written. */
import type { Dispatch } from 'react';
import type { Policies, TryOrder } from './api.js';

export interface Draft {
  readonly title: string;
  readonly body: string;
  readonly regions: readonly string[];
  readonly home: string;
  readonly yaml: string;
  readonly enforce: boolean;
}

export const orderOf = ({ title, body, regions, home, yaml, enforce }: Draft): TryOrder => ({
  title,
  body,
  regions: [...regions],
  rule: yaml.trim() === '' ? null : { yaml, home, enforce },
});

export const BLANK: Draft = { title: '', body: '', regions: ['global'], home: 'global', yaml: '', enforce: true };

export interface PartProps {
  readonly draft: Draft;
  readonly change: Dispatch<Partial<Draft>>;
  readonly regions: Policies['regions'];
}
