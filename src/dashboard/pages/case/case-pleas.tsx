import { Button, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useStep } from '../../api/case.js';
import { useSession } from '../../api/queries.js';
import type { CaseDetail } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { Fault } from '../../parts/fault.js';
import { When } from '../../parts/when.js';
import { useWords } from '../../words.js';

export function Appeal({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { appeal } = detail;
  if (appeal === null) return null;
  return (
    <section className="sheet plea">
      <h2>{t(`case:appeal.${appeal.by}`)}</h2>
      <blockquote dir="auto" lang={appeal.language ?? undefined} className="foreign">
        {appeal.text ?? t('note:gone')}
      </blockquote>
      <p className="small quiet no-margin">
        {t('case:appeal-facts', { reference: appeal.reference, regions: format.regions(appeal.regions) })}
        {' · '}
        <When at={appeal.receivedAt} />
      </p>
      {appeal.reason !== null && <p dir="auto">{appeal.reason}</p>}
    </section>
  );
}

export function Reports({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const words = useWords();
  if (detail.reports.length === 0) return null;
  return (
    <section className="sheet plea">
      {detail.reports.map((report) => (
        <article key={report.id}>
          <h2>{words.kind({ reason: 'report', from: report.reporter.kind })}</h2>
          <blockquote dir="auto" className="foreign">
            {report.reasons ?? t('note:gone')}
          </blockquote>
          <p className="small quiet no-margin">
            {t(`case:reporter.${report.reporter.kind}`, { defaultValue: report.reporter.kind })}
            {report.reporter.name !== null && (
              <>
                {' · '}
                <bdi>{report.reporter.name}</bdi>
              </>
            )}
            {report.law !== null && (
              <>
                {' · '}
                <bdi>{report.law}</bdi>
              </>
            )}
            {report.category !== null && ` · ${words.category(report.category)}`}
            {' · '}
            <When at={report.receivedAt} />
          </p>
          {report.urls.length > 0 && (
            <ul className="small">
              {report.urls.map((url) => (
                <li key={url} className="mono foreign">
                  {url}
                </li>
              ))}
            </ul>
          )}
        </article>
      ))}
    </section>
  );
}

function Answer({ caseId, opinion }: { readonly caseId: string; readonly opinion: CaseDetail['opinions'][number] }) {
  const { t } = useTranslation();
  const session = useSession();
  const answer = useStep(caseId, `opinions/${encodeURIComponent(opinion.id)}`);
  if (opinion.text !== null)
    return (
      <p dir="auto" className="foreign no-margin">
        {opinion.text}
      </p>
    );
  if (opinion.of.id !== session.data?.user.id) return <p className="quiet no-margin">{t('case:no-answer-yet')}</p>;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const text = String(new FormData(event.currentTarget).get('text')).trim();
        if (text !== '') answer.mutate({ text });
      }}
    >
      <Textarea name="text" label={t('case:your-opinion')} rows={2} dir="auto" required withAsterisk={false} />
      {answer.error !== null && <Fault error={answer.error} />}
      <div>
        <Button type="submit" loading={answer.isPending}>
          {t('common:send')}
        </Button>
      </div>
    </form>
  );
}

export function Opinions({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  if (detail.opinions.length === 0) return null;
  return (
    <section className="sheet stack">
      <h2>{t('case:opinions')}</h2>
      {detail.opinions.map((opinion) => (
        <article key={opinion.id} className="stack">
          <p className="no-margin">
            {t('case:asked', { by: opinion.by.login, of: opinion.of.login })}
            {opinion.blind && ` (${t('case:blind')})`}
            <br />
            <span dir="auto" className="foreign">
              {opinion.question}
            </span>
          </p>
          <Answer caseId={detail.case.id} opinion={opinion} />
        </article>
      ))}
    </section>
  );
}

export function OtherCases({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const words = useWords();
  if (detail.others.length === 0) return null;
  return (
    <section className="sheet">
      <h2>{t('case:others')}</h2>
      <ul className="plain">
        {detail.others.map((other) => (
          <li key={other.id}>
            <Link to={`/cases/${encodeURIComponent(other.id)}`}>
              {words.kind(other)}
              {other.category !== null && ` · ${words.category(other.category)}`}
            </Link>
            {` · ${t(`words:status.${other.status}`)}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
