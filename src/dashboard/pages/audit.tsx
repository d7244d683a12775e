import { Alert, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useAudit, useAuditCheck } from '../api/figures.js';
import type { AuditEvents } from '../api/types.js';
import { useFormat } from '../format.js';
import { Fault } from '../parts/fault.js';
import { PageTitle } from '../parts/page-title.js';
import { Scroll } from '../parts/scroll.js';
import { When } from '../parts/when.js';

const FIELDS = ['subject', 'actor', 'verb'] as const;

function Filters() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  return (
    <form
      className="sheet filters"
      key={params.toString()}
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const filled = FIELDS.map((name) => [name, String(form.get(name) ?? '').trim()]);
        setParams(new URLSearchParams(filled.filter(([, value]) => value !== '')));
      }}
    >
      {FIELDS.map((name) => (
        <TextInput key={name} name={name} label={t(`audit:${name}`)} defaultValue={params.get(name) ?? ''} />
      ))}
      <div className="row">
        <Button type="submit">{t('common:filter')}</Button>
        <Button variant="subtle" onClick={() => setParams({})}>
          {t('common:clear')}
        </Button>
      </div>
    </form>
  );
}

function Check() {
  const { t } = useTranslation();
  const format = useFormat();
  const check = useAuditCheck();
  const broken = check.data?.broken ?? [];
  return (
    <div className="row">
      <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
        {t('audit:verify')}
      </Button>
      {check.error !== null && <Fault error={check.error} />}
      {check.data !== undefined && (
        <Alert role="status" color={broken.length === 0 ? 'teal' : 'red'} variant="default">
          {broken.length === 0
            ? t('audit:whole', { n: format.count(check.data.checked) })
            : t('audit:broken', { where: broken.map(({ lane, sequence }) => `${lane} ${sequence}`).join(', ') })}
        </Alert>
      )}
    </div>
  );
}

function Events({ events }: { readonly events: AuditEvents['items'] }) {
  const { t } = useTranslation();
  return (
    <Scroll label={t('audit:title')}>
      <table>
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
              <td>
                <When at={event.at} />
              </td>
              <td>
                <bdi>{event.actor.login ?? event.actor.id}</bdi> <span className="quiet small">{event.actor.kind}</span>
              </td>
              <td className="mono">{event.verb}</td>
              <td className="mono foreign">{event.subject}</td>
              <td className="mono foreign">{JSON.stringify(event.detail)}</td>
              <td className="mono">{`${event.lane} ${event.sequence}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function AuditPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const audit = useAudit(params.toString());
  const next = audit.data?.nextCursor ?? null;
  return (
    <>
      <PageTitle text={t('audit:title')} />
      <Filters />
      <Check />
      {audit.error !== null && <Fault error={audit.error} />}
      <section className="sheet" aria-busy={audit.isFetching}>
        <Events events={audit.data?.items ?? []} />
      </section>
      <div className="row">
        <Button
          variant="default"
          disabled={next === null}
          onClick={() => setParams({ ...Object.fromEntries(params), cursor: next ?? '' })}
        >
          {t('notes:older')}
        </Button>
      </div>
    </>
  );
}
