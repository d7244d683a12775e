import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CaseRow } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { Scroll } from '../../parts/scroll.js';
import { Severity } from '../../parts/severity.js';
import { TimeLeft } from '../../parts/time-left.js';
import { When } from '../../parts/when.js';
import { useNow } from '../../use-now.js';
import { useWords } from '../../words.js';

const TICK_MS = 10_000;
const MOST_REGIONS = 4;
interface QueueTableProps {
  readonly rows: readonly CaseRow[];
  readonly filter: string;
  readonly active: number;
}

function Holder({ row }: { readonly row: CaseRow }) {
  const { t } = useTranslation();
  if (row.holder !== null) return <bdi>{row.holder.login}</bdi>;
  if (row.assignedTo !== null) return <span>{t('queue:for', { login: row.assignedTo.login })}</span>;
  return <span className="quiet">{t('queue:nobody')}</span>;
}

function Where({ row }: { readonly row: CaseRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const more = row.regions.length - MOST_REGIONS;
  return (
    <>
      {format.regions(row.regions.slice(0, MOST_REGIONS))}
      {more > 0 && ` ${t('queue:more', { n: more })}`}
    </>
  );
}

function Row({ row, filter, now }: { readonly row: CaseRow; readonly filter: string; readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  return (
    <>
      <td className="when">
        {row.status === 'open' ? <TimeLeft dueAt={row.dueAt} now={now} /> : <When at={row.openedAt} />}
      </td>
      <td className="grade">
        <Severity value={row.severity} />
      </td>
      <th scope="row">
        <Link
          to={{ pathname: `/cases/${encodeURIComponent(row.id)}`, search: filter }}
          dir="auto"
          lang={row.language ?? undefined}
          className="foreign"
        >
          {row.title === null || row.title === '' ? row.externalId : row.title}
        </Link>
        <div className="small quiet">
          {words.kind(row)}
          {' · '}
          <bdi>{row.source.name}</bdi>
          {row.nativeSpeaker && ` · ${t('queue:native-speaker')}`}
          {row.opinions.asked > 0 &&
            ` · ${t('queue:opinions', { answered: row.opinions.answered, asked: row.opinions.asked })}`}
          {row.opinions.ofMe && (
            <>
              {' · '}
              <strong>{t('queue:asked-of-me')}</strong>
            </>
          )}
        </div>
      </th>
      <td className="wraps">
        {row.gap === null ? (
          words.category(row.category)
        ) : (
          <span className="small quiet">{`${words.stage(row.gap.stage)}: ${words.gapWhy(row.gap)}`}</span>
        )}
      </td>
      <td className="language">{format.language(row.language)}</td>
      <td>
        <Where row={row} />
      </td>
      <td className="number" data-label={t('queue:reach')}>
        {format.count(row.reach)}
      </td>
      <td data-label={t('queue:desk')}>{t(`words:desk.${row.desk}`)}</td>
      <td data-label={t('queue:holder')}>
        <Holder row={row} />
      </td>
    </>
  );
}

const COLUMNS = ['time', 'severity', 'case', 'category', 'language', 'regions', 'reach', 'desk', 'holder'] as const;

export function QueueTable({ rows, filter, active }: QueueTableProps) {
  const { t } = useTranslation();
  const now = useNow(TICK_MS);
  return (
    <Scroll label={t('queue:title')}>
      <table className="queue">
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className={name === 'reach' ? 'number' : undefined}>
                {t(`queue:${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.id} data-active={index === active} aria-current={index === active ? 'true' : undefined}>
              <Row row={row} filter={filter} now={now} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
