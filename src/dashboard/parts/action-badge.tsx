import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Action } from '../../domain.js';

/** Colour only repeats what the word says. */
const COLORS: Readonly<Record<Action, string>> = {
  allow: 'teal',
  warn: 'yellow',
  label: 'yellow',
  limit_interact: 'orange',
  limit: 'orange',
  age_gate: 'orange',
  review: 'blue',
  require_edit: 'grape',
  geo_withhold: 'red',
  hold: 'red',
  remove: 'red',
};

export function ActionBadge({ action }: { readonly action: Action | null }) {
  const { t } = useTranslation();
  if (action === null) return <span className="quiet">{t('words:status.pending')}</span>;
  return (
    <Badge className="badge" color={COLORS[action]} variant="light" tt="none" radius="sm">
      {t(`words:action.${action}`)}
    </Badge>
  );
}
