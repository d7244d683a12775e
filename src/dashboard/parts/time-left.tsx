import { useTranslation } from 'react-i18next';
import { HOUR_MS } from '../../domain.js';
import { useFormat } from '../format.js';

const SOON_MS = HOUR_MS;

/** Words and a sign beside the colour: late, soon, or time enough. */
export function TimeLeft({ dueAt, now }: { readonly dueAt: string; readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const leftMs = Date.parse(dueAt) - now;
  const urgency = leftMs <= 0 ? 'late' : leftMs < SOON_MS ? 'soon' : 'calm';
  const time = format.span(leftMs);
  return (
    <time dateTime={dueAt} className="time-left" data-urgency={urgency} title={format.moment(dueAt)}>
      {t(urgency === 'late' ? 'queue:late' : 'queue:left', { time })}
    </time>
  );
}
