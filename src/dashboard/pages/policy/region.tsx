import { Alert, Badge, Button, Loader, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useFormat } from '../../format.js';
import { ActionBadge } from '../../parts/action-badge.js';
import { Fault } from '../../parts/fault.js';
import { PageTitle } from '../../parts/page-title.js';
import { useWords } from '../../words.js';
import { NotFoundPage } from '../not-found.js';
import { type Region, type RuleRow, useMayWrite, useRegion, useTests } from './api.js';
import { OverrideDialog } from './override-dialog.js';
import { useModeName } from './overrides.js';

function Tests({ tests }: { readonly tests: RuleRow['tests'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (tests.failed > 0) {
    return (
      <Badge className="badge" color="red" variant="light" tt="none" radius="sm">
        {t('policy:tests.failed', { n: format.count(tests.failed) })}
      </Badge>
    );
  }
  return (
    <span className="small quiet">
      {t('policy:tests.passed', { n: format.count(tests.passed) })}
      {tests.notRun > 0 && ` · ${t('policy:tests.text', { n: format.count(tests.notRun) })}`}
    </span>
  );
}

function RuleEntry({ rule, region }: { readonly rule: RuleRow; readonly region: string }) {
  const { t } = useTranslation();
  const modeName = useModeName();
  const [open, setOpen] = useState(false);
  const mayWrite = useMayWrite();
  const law = rule.cites;
  return (
    <li className="decision">
      <div className="row spread">
        <span className="row">
          <Link className="mono" to={`/policy/rules/${rule.id}`}>
            {rule.id}
          </Link>
          <ActionBadge action={rule.action} />
          <span className="small">{t('policy:severity', { n: rule.severity })}</span>
          <span className="small">{modeName(rule.mode)}</span>
          <Tests tests={rule.tests} />
        </span>
        {mayWrite && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setOpen(true)}
            aria-label={t('policy:override.of', { rule: rule.id })}
          >
            {t('policy:override.set')}
          </Button>
        )}
      </div>
      {rule.override !== null && (
        <p className="small no-margin" role="note">
          {t('policy:override.stands', {
            written: modeName(rule.written),
            by: rule.override.by.login ?? rule.override.by.id,
          })}{' '}
          <bdi>{rule.override.why}</bdi>
        </p>
      )}
      <details>
        <summary className="small">{t('policy:condition')}</summary>
        <pre className="mono foreign" dir="ltr">
          {rule.when}
          {rule.unless !== null && `\nunless: ${rule.unless}`}
        </pre>
        <p className="small quiet">
          {law !== null && (law.url === null ? law.name : <a href={law.url}>{law.name}</a>)} · {rule.from} ·{' '}
          <bdi>{rule.owner}</bdi>
        </p>
      </details>
      {open && <OverrideDialog rule={rule.id} region={region} onClose={() => setOpen(false)} />}
    </li>
  );
}

/** By a part of the id, the action or the condition; what is not in force as its file says stays in sight by its mode. */
const isAbout = (rule: RuleRow, words: string): boolean =>
  [rule.id, rule.category, rule.action, rule.mode, rule.when].some((text) => text.toLowerCase().includes(words));

function Rules({ rules, region }: { readonly rules: readonly RuleRow[]; readonly region: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [words, setWords] = useState('');
  const shown = rules.filter((rule) => isAbout(rule, words.trim().toLowerCase()));
  return (
    <section className="sheet">
      <div className="row spread">
        <h2>{t('policy:rules')}</h2>
        <TextInput
          className="narrow"
          type="search"
          label={t('policy:rules.find')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      <p className="small quiet" role="status">
        {t('policy:rules.shown', { shown: format.count(shown.length), all: format.count(rules.length) })}
      </p>
      <ul className="plain">
        {shown.map((rule) => (
          <RuleEntry key={rule.id} rule={rule} region={region} />
        ))}
      </ul>
    </section>
  );
}

function RunTests({ region }: { readonly region: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tests = useTests(region);
  return (
    <section className="sheet stack">
      <h2>{t('policy:tests')}</h2>
      <div className="row">
        <Button variant="default" loading={tests.isPending} onClick={() => tests.mutate()}>
          {t('policy:tests.run')}
        </Button>
        {tests.data !== undefined && (
          <Alert role="status" variant="default" color={tests.data.failed === 0 ? 'teal' : 'red'}>
            {t('policy:tests.result', {
              passed: format.count(tests.data.passed),
              failed: format.count(tests.data.failed),
            })}
          </Alert>
        )}
      </div>
      {tests.error !== null && <Fault error={tests.error} />}
      <ul className="plain">
        {(tests.data?.failures ?? []).map((failure) => (
          <li key={`${failure.rule} ${failure.number}`} className="small">
            <code className="mono">{failure.rule}</code> {t('policy:tests.number', { n: failure.number })}{' '}
            <bdi>{failure.message}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RegionView({ data }: { readonly data: Region }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { region, rules, clauses } = data;
  const mayWrite = useMayWrite();
  return (
    <>
      <p className="no-margin quiet small">
        {region.extends !== null &&
          `${t('policy:extends')} ${format.region(region.extends) ?? region.extends.toUpperCase()} · `}
        {t('policy:owner', { owner: region.owner })} · {t('policy:review-by')} {format.date(region.reviewBy)} ·{' '}
        {t('policy:notices')} {region.noticeLanguages.map(format.language).join(', ')}
      </p>
      {region.speaks !== region.id && (
        <Alert color="yellow" variant="default" role="status">
          {t(region.effectiveUntil === null ? 'policy:silent.yet' : 'policy:silent', {
            region: format.region(region.speaks) ?? region.speaks.toUpperCase(),
            from: format.date(region.effectiveFrom),
            until: region.effectiveUntil === null ? null : format.date(region.effectiveUntil),
          })}
        </Alert>
      )}
      <Rules rules={rules} region={region.id} />
      {mayWrite && <RunTests region={region.id} />}
      <section className="sheet">
        <h2>{t('policy:clauses')}</h2>
        <ul className="plain">
          {clauses.map((clause) => (
            <li key={`${clause.kind} ${clause.key}`} className="small">
              {t(`policy:clause.${clause.kind}`)}{' '}
              {clause.url === null ? (
                <bdi>{words.clause(clause.title)}</bdi>
              ) : (
                <a href={clause.url}>{words.clause(clause.title)}</a>
              )}{' '}
              <code className="mono quiet">{clause.key}</code>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

export function RegionPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { region: id = '' } = useParams();
  const region = useRegion(id);
  // Lists of the API stand beside the regions and answer to their own names.
  if (region.data !== undefined && !('region' in region.data)) return <NotFoundPage />;
  return (
    <>
      <div className="row spread">
        <PageTitle text={format.region(id) ?? region.data?.region.name ?? id.toUpperCase()} />
        <Link to="/policy">{t('policy:all')}</Link>
      </div>
      {region.isPending && <Loader aria-label={t('common:loading')} />}
      {region.error !== null && <Fault error={region.error} />}
      {region.data !== undefined && <RegionView data={region.data} />}
    </>
  );
}
