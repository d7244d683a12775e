import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAlike } from '../../api/case.js';
import type { CaseDetail } from '../../api/types.js';
import type { Draft } from '../../draft.js';
import { useFormat } from '../../format.js';

interface AlikeProps {
  readonly detail: CaseDetail;
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** Others of the same text or campaign, which the same decision may be made of. */
export function AlikeCases({ detail, draft, onChange }: AlikeProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { items: rows, total } = useAlike(detail).data ?? { items: [], total: 0 };
  if (rows.length === 0) return null;
  const { alike } = draft;
  const chosen = rows.filter(({ id }) => alike.includes(id)).length;
  const isAll = chosen === rows.length;
  return (
    <details className="alike">
      <summary>{t('case:alike', { chosen: format.count(chosen), n: format.count(rows.length) })}</summary>
      <div className="stack">
        <p className="small quiet no-margin">{t('case:alike.why')}</p>
        {total > rows.length && (
          <p className="small no-margin">
            {t('case:alike.rest', { n: format.count(rows.length), total: format.count(total) })}
          </p>
        )}
        <Checkbox
          label={t(total > rows.length ? 'case:alike.listed' : 'case:alike.all')}
          checked={isAll}
          indeterminate={!isAll && chosen > 0}
          onChange={() => onChange({ alike: isAll ? [] : rows.map(({ id }) => id) })}
        />
        <ul className="plain">
          {rows.map(({ id, externalId, title, language, regions }) => (
            <li key={id} className="row">
              <Checkbox
                aria-label={externalId}
                checked={alike.includes(id)}
                onChange={(event) =>
                  onChange({ alike: event.currentTarget.checked ? [...alike, id] : alike.filter((one) => one !== id) })
                }
              />
              <span>
                <Link
                  to={`/cases/${encodeURIComponent(id)}`}
                  target="_blank"
                  dir="auto"
                  lang={language ?? undefined}
                  className="foreign"
                >
                  {title === null || title === '' ? externalId : title}
                </Link>
                <span className="small quiet block">
                  <bdi className="mono">{externalId}</bdi> · {format.regions(regions)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
