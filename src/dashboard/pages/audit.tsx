import { Alert, Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useAudit, useAuditCheck } from '../api/figures.js';
import { useFormat } from '../format.js';
import { Fault } from '../parts/fault.js';
import { PageTitle } from '../parts/page-title.js';
import { AuditFilters } from './audit/audit-filters.js';
import { AuditTable } from './audit/audit-table.js';

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

export function AuditPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const audit = useAudit(params.toString());
  const next = audit.data?.nextCursor ?? null;
  const turnTo = (cursor: string | null) => {
    const { cursor: _before, ...filter } = Object.fromEntries(params);
    setParams(cursor === null ? filter : { ...filter, cursor });
  };
  return (
    <>
      <PageTitle text={t('audit:title')} />
      <AuditFilters />
      <Check />
      {audit.error !== null && <Fault error={audit.error} />}
      <section className="sheet" aria-busy={audit.isFetching}>
        <AuditTable events={audit.data?.items ?? []} />
        {audit.data?.items.length === 0 && <p className="quiet">{t('audit:none')}</p>}
      </section>
      <div className="row">
        <Button variant="default" disabled={!params.has('cursor')} onClick={() => turnTo(null)}>
          {t('notes:newest')}
        </Button>
        <Button variant="default" disabled={next === null} onClick={() => turnTo(next)}>
          {t('notes:older')}
        </Button>
      </div>
    </>
  );
}
