import { Badge, Button, Loader } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Order } from '../../api/client.js';
import { Fault } from '../../parts/fault.js';
import { PageTitle } from '../../parts/page-title.js';
import { When } from '../../parts/when.js';
import { bundleWord, useWords } from '../../words.js';
import { type BundleRow, useBundles, useMayWrite } from './api.js';
import { WhyDialog } from './why-dialog.js';

type Step = 'approve' | 'activate' | 'refuse' | 'rollback';
const orderOf =
  (step: Step, hash: string) =>
  (why: string): Order =>
    step === 'rollback'
      ? { method: 'POST', path: '/v1/policies/rollback', body: { to: hash, why } }
      : { method: 'POST', path: `/v1/policies/bundles/${hash}/${step}`, body: { why } };

function stepsOf(bundle: BundleRow): readonly Step[] {
  if (bundle.state === 'candidate') return [bundle.needsApproval ? 'approve' : 'activate', 'refuse'];
  return bundle.state === 'retired' && bundle.activatedAt !== null ? ['rollback'] : [];
}

/** A setting of a file changes in every region that builds on it. */
function bySettings(settings: BundleRow['diff']['settings']): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { region, names } of settings) {
    const key = names.join(', ');
    found.set(key, [...(found.get(key) ?? []), region.toUpperCase()]);
  }
  return found;
}

/** A list that was taken in whole is read in its file. */
const MOST_TERMS = 100;

function Changes({ bundle, open = false }: { readonly bundle: BundleRow; readonly open?: boolean }) {
  const { t } = useTranslation();
  const { files, rules, settings, terms } = bundle.diff;
  if (files.length === 0) return null;
  return (
    <details open={open}>
      <summary className="small">
        {t('policy:diff', { files: files.length, rules: rules.length, terms: terms.length })}
      </summary>
      <ul className="small">
        {rules.map((rule) => (
          <li key={`${rule.rule} ${rule.kind} ${rule.fields.join()}`}>
            <code className="mono">{rule.rule}</code> {t(`policy:diff.${rule.kind}`)}{' '}
            {rule.fields.length > 0 && <span className="mono">{rule.fields.join(', ')}</span>} (
            {rule.regions.map((region) => region.toUpperCase()).join(', ')})
          </li>
        ))}
        {[...bySettings(settings)].map(([names, regions]) => (
          <li key={`settings ${names}`}>
            <code className="mono">{names}</code> {t('policy:diff.changed')} ({regions.join(', ')})
          </li>
        ))}
        {terms.slice(0, MOST_TERMS).map((term) => (
          <li key={`term ${term.id}`}>
            <code className="mono">{term.id}</code> {t('policy:severity', { n: term.severity })}
          </li>
        ))}
        {terms.length > MOST_TERMS && <li>{'…'}</li>}
        {files.map((file) => (
          <li key={file.file}>
            <code className="mono">{file.file}</code> {t(`policy:diff.${file.kind}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Bundle({ bundle }: { readonly bundle: BundleRow }) {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step | null>(null);
  const words = useWords();
  const steps = useMayWrite() ? stepsOf(bundle) : [];
  return (
    <li className="decision">
      <div className="row spread">
        <span className="row">
          <code className="mono">{bundle.hash.slice(0, 12)}</code>
          <Badge
            className="badge"
            variant="light"
            tt="none"
            radius="sm"
            color={bundle.state === 'active' ? 'teal' : 'gray'}
          >
            {t(`policy:state.${bundleWord(bundle)}`)}
          </Badge>
          <span className="small quiet">
            {t('policy:bundle.author', { author: bundle.author })} · <When at={bundle.proposedAt} />
          </span>
          {bundle.state === 'candidate' && bundle.needsApproval && (
            <span className="small">{t('policy:second-person')}</span>
          )}
        </span>
        <span className="row">
          {steps.map((name) => (
            <Button key={name} size="compact-sm" variant="default" onClick={() => setStep(name)}>
              {t(`policy:step.${name}`)}
            </Button>
          ))}
        </span>
      </div>
      {bundle.reason !== null && (
        <p className="small quiet no-margin" dir="auto">
          {words.reason(bundle.reason)}
        </p>
      )}
      <Changes bundle={bundle} />
      {step !== null && (
        <WhyDialog title={t(`policy:step.${step}`)} order={orderOf(step, bundle.hash)} onClose={() => setStep(null)}>
          <p className="no-margin">
            {t('policy:step.about', { hash: bundle.hash.slice(0, 12), author: bundle.author })} ·{' '}
            <When at={bundle.proposedAt} />
          </p>
          <Changes bundle={bundle} open />
        </WhyDialog>
      )}
    </li>
  );
}

function BundleList() {
  const { t } = useTranslation();
  const bundles = useBundles();
  return (
    <>
      {bundles.isPending && <Loader aria-label={t('common:loading')} />}
      {bundles.error !== null && <Fault error={bundles.error} />}
      <ul className="plain">
        {(bundles.data?.items ?? []).map((bundle) => (
          <Bundle key={bundle.hash} bundle={bundle} />
        ))}
      </ul>
    </>
  );
}

export function Bundles() {
  const { t } = useTranslation();
  return (
    <section className="sheet">
      <h2>
        <Link to="/policy/bundles">{t('policy:bundles')}</Link>
      </h2>
      <BundleList />
    </section>
  );
}

export function BundlesPage() {
  const { t } = useTranslation();
  return (
    <>
      <div className="row spread">
        <PageTitle text={t('policy:bundles')} />
        <Link to="/policy">{t('policy:all')}</Link>
      </div>
      <section className="sheet">
        <BundleList />
      </section>
    </>
  );
}
