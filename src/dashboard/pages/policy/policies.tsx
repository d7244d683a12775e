import { Alert, Badge, Button, Loader } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '../../format.js';
import { Fault } from '../../parts/fault.js';
import { PageTitle } from '../../parts/page-title.js';
import { Scroll } from '../../parts/scroll.js';
import type { Policies } from './api.js';
import { useMayWrite, usePolicies } from './api.js';
import { Bundles } from './bundles.js';
import { Overrides } from './overrides.js';
import { WhyDialog } from './why-dialog.js';

function Regions({ regions }: { readonly regions: Policies['regions'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Scroll label={t('policy:regions')}>
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">{t('policy:region')}</th>
            <th scope="col">{t('policy:extends')}</th>
            {(['rules', 'own', 'shadow', 'tests', 'differs'] as const).map((name) => (
              <th key={name} scope="col" className="number">
                {t(`policy:${name}`)}
              </th>
            ))}
            <th scope="col">{t('policy:review-by')}</th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region) => (
            <tr key={region.id}>
              <th scope="row">
                <Link to={`/policy/${region.id}`}>
                  <bdi>{format.region(region.id) ?? region.name}</bdi>{' '}
                  <span className="quiet">{region.id.toUpperCase()}</span>
                </Link>
              </th>
              <td data-label={t('policy:extends')}>{region.extends === null ? '' : region.extends.toUpperCase()}</td>
              <td data-label={t('policy:rules')} className="number">
                {format.count(region.rules.all)}
              </td>
              <td data-label={t('policy:own')} className="number">
                {format.count(region.rules.own)}
              </td>
              <td data-label={t('policy:shadow')} className="number">
                {format.count(region.rules.shadow + region.rules.canary)}
              </td>
              <td data-label={t('policy:tests')} className="number">
                {region.tests.failed > 0 ? (
                  <Badge className="badge" color="red" variant="light">
                    {t('policy:tests.failed', { n: format.count(region.tests.failed) })}
                  </Badge>
                ) : (
                  t('policy:tests.passed', { n: format.count(region.tests.passed) })
                )}
              </td>
              <td data-label={t('policy:differs')} className="number">
                {format.count(region.differences)}
              </td>
              <td data-label={t('policy:review-by')}>
                <time dateTime={region.reviewBy}>{format.date(region.reviewBy)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function InForce({ policies }: { readonly policies: Policies }) {
  const { t } = useTranslation();
  const format = useFormat();
  // Named when it is asked for: two people who go back at once go to the same bundle.
  const [target, setTarget] = useState<string | null>(null);
  const { inForce } = policies;
  const { former } = inForce;
  const mayWrite = useMayWrite();
  return (
    <section className="sheet stack">
      <div className="row spread">
        <h2>{t('policy:in-force')}</h2>
        {former !== null && mayWrite && (
          <Button variant="default" onClick={() => setTarget(former)}>
            {t('policy:rollback')}
          </Button>
        )}
      </div>
      <p className="no-margin">
        {t('policy:in-force.since', { version: format.count(inForce.version), at: format.moment(inForce.changedAt) })}{' '}
        <code className="mono">{inForce.bundleHash.slice(0, 12)}</code>
      </p>
      {inForce.pinned && (
        <Alert color="yellow" variant="default" role="status">
          {t('policy:pinned')}
        </Alert>
      )}
      {policies.waiting > 0 && (
        <Alert color="blue" variant="default" role="status">
          {t('policy:waiting')}
        </Alert>
      )}
      {policies.filesFault !== null && (
        <Alert color="red" variant="default" role="alert" title={t('policy:files-fault')}>
          <pre className="mono foreign" dir="ltr">
            {policies.filesFault}
          </pre>
        </Alert>
      )}
      {target !== null && (
        <WhyDialog
          title={`${t('policy:rollback')}: ${target.slice(0, 12)}`}
          order={(why) => ({ method: 'POST', path: '/v1/policies/rollback', body: { to: target, why } })}
          onClose={() => setTarget(null)}
        />
      )}
    </section>
  );
}

export function PoliciesPage() {
  const { t } = useTranslation();
  const policies = usePolicies();
  const mayWrite = useMayWrite();
  return (
    <>
      <div className="row spread">
        <PageTitle text={t('policy:title')} />
        {mayWrite && <Link to="/policy/playground">{t('policy:playground')}</Link>}
      </div>
      {policies.isPending && <Loader aria-label={t('common:loading')} />}
      {policies.error !== null && <Fault error={policies.error} />}
      {policies.data !== undefined && (
        <>
          <InForce policies={policies.data} />
          <section className="sheet">
            <h2>{t('policy:overrides')}</h2>
            <Overrides overrides={policies.data.inForce.overrides} />
          </section>
          <section className="sheet">
            <h2>{t('policy:regions')}</h2>
            <Regions regions={policies.data.regions} />
          </section>
          <Bundles />
        </>
      )}
    </>
  );
}
