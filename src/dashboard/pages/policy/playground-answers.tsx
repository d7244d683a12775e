import { useTranslation } from 'react-i18next';
import { ACTIONS, type Action } from '../../../domain.js';
import { useFormat } from '../../format.js';
import { ActionBadge } from '../../parts/action-badge.js';
import type { Tried } from './api.js';

const isAction = (word: string): word is Action => (ACTIONS as readonly string[]).includes(word);
const Judged = ({ action }: { readonly action: string }) => <ActionBadge action={isAction(action) ? action : null} />;

/** What would be decided, beside what is. */
export function Answers({ tried }: { readonly tried: Tried }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className="sheet" aria-live="polite">
      <h2>{t('policy:answers')}</h2>
      <table className="cards">
        <thead>
          <tr>
            {(['region', 'before', 'after'] as const).map((name) => (
              <th key={name} scope="col">
                {t(`policy:${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tried.answers.map(({ region, before, after }) => (
            <tr key={region}>
              <th scope="row">{format.region(region) ?? region.toUpperCase()}</th>
              <td data-label={t('policy:before')}>{before !== null && <Judged action={before.action} />}</td>
              <td data-label={t('policy:after')}>
                {after === null ? (
                  <span className="quiet">{tried.faults.length > 0 && t('policy:after-none')}</span>
                ) : (
                  <span className="row">
                    <Judged action={after.action} />
                    <strong>{after.action === before?.action ? '' : t('policy:changed')}</strong>
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
