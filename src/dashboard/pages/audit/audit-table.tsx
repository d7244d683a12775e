import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AuditEvents } from '../../api/types.js';
import { Scroll } from '../../parts/scroll.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words.js';

type AuditEvent = AuditEvents['items'][number];

const SHOWN_CHARS = 8;
/** As hashes of bundles are shown everywhere. */
const HASH_CHARS = 12;
/** Ids are told apart by their ends. */
const short = (id: string): string => {
  if (/^[0-9a-f]{40,}$/.test(id)) return `${id.slice(0, HASH_CHARS)}…`;
  const at = id.indexOf('_');
  return at < 0 || id.length <= at + SHOWN_CHARS + 2 ? id : `${id.slice(0, at + 1)}…${id.slice(-SHOWN_CHARS)}`;
};
const isId = (value: unknown): boolean => typeof value === 'string' && /^[a-z]+_[0-9A-Z]{20,}$/.test(value);

const GLANCE = 3;
/** Hashes and sentences are for the whole entry. */
const GLANCE_CHARS = 16;
const isGlance = (value: unknown): boolean =>
  value !== null && typeof value !== 'object' && !isId(value) && String(value).length <= GLANCE_CHARS;

const actionsOf = (detail: AuditEvent['detail']): readonly string[] => {
  const decisions = detail['decisions'];
  if (!Array.isArray(decisions)) return [];
  const actions = decisions.map((decision: unknown) =>
    typeof decision === 'object' && decision !== null && 'action' in decision ? String(decision.action) : '',
  );
  return [...new Set(actions)].filter((action) => action !== '');
};

/** What one reads at a glance; the whole entry is one click away. */
function Detail({ detail }: { readonly detail: AuditEvent['detail'] }) {
  const { t } = useTranslation();
  const { known, reason, category } = useWords();
  const said = (name: string, value: unknown): string => {
    if (typeof value === 'boolean') return t(value ? 'audit:yes' : 'audit:no');
    if (name === 'why') return reason(String(value));
    if (name === 'category') return category(String(value));
    return name === 'role' || name === 'desk' ? known(`words:${name}.${value}`, String(value)) : String(value);
  };
  const actions = actionsOf(detail).map((action) => known(`words:action.${action}`, action));
  const facts = Object.entries(detail).filter(([, value]) => isGlance(value));
  const glance = facts
    .slice(0, GLANCE)
    .map(([name, value]) => `${known(`audit:fact.${name}`, name)} ${said(name, value)}`);
  return (
    <details className="small">
      <summary>
        {actions.join(', ')}{' '}
        {actions.length + glance.length === 0 ? t('audit:more') : <bdi className="quiet">{glance.join(' · ')}</bdi>}
      </summary>
      <pre className="mono" dir="ltr">
        {JSON.stringify(detail, null, 2)}
      </pre>
    </details>
  );
}

function Entry({ event }: { readonly event: AuditEvent }) {
  const { t } = useTranslation();
  const { known } = useWords();
  const { actor, subject, verb } = event;
  return (
    <>
      <td data-label={t('audit:at')}>
        <When at={event.at} />
      </td>
      <td data-label={t('audit:actor')}>
        <bdi title={actor.id}>{actor.login ?? short(actor.id)}</bdi>
        <span className="quiet small block">{known(`words:actor.${actor.kind}`, actor.kind)}</span>
      </td>
      <td data-label={t('audit:verb')} className="nowrap" title={verb}>
        {known(`audit:verb.${verb}`, verb)}
      </td>
      <td data-label={t('audit:subject')} className="mono nowrap" title={subject}>
        {subject.startsWith('note_') ? (
          <Link to={`/notes/${encodeURIComponent(subject)}`}>{short(subject)}</Link>
        ) : (
          short(subject)
        )}
      </td>
      <td data-label={t('audit:detail')}>{Object.keys(event.detail).length > 0 && <Detail detail={event.detail} />}</td>
      <td data-label={t('audit:place')} className="mono nowrap">{`${event.lane} ${event.sequence}`}</td>
    </>
  );
}

export function AuditTable({ events }: { readonly events: AuditEvents['items'] }) {
  const { t } = useTranslation();
  return (
    <Scroll label={t('audit:title')}>
      <table className="audit cards">
        <thead>
          <tr>
            {['at', 'actor', 'verb', 'subject', 'detail', 'place'].map((name) => (
              <th key={name} scope="col">
                {t(`audit:${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={`${event.lane} ${event.sequence}`}>
              <Entry event={event} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
