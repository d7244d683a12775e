import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Fault } from '../../parts/fault.js';
import { Scroll } from '../../parts/scroll.js';
import { When } from '../../parts/when.js';
import { type Policies, useChange, useMayWrite } from './api.js';

/** `disabled`, `canary(10)` and the like in words. */
export function useModeName(): (mode: string) => string {
  const { t } = useTranslation();
  return (mode) => {
    const percent = /^canary\((\d+)\)$/.exec(mode)?.[1];
    return percent === undefined ? t(`policy:mode.${mode}`) : t('policy:mode.canary-of', { percent });
  };
}

export function Overrides({ overrides }: { readonly overrides: Policies['inForce']['overrides'] }) {
  const { t } = useTranslation();
  const modeName = useModeName();
  const change = useChange();
  const mayWrite = useMayWrite();
  if (overrides.length === 0) return <p className="quiet no-margin">{t('policy:overrides.none')}</p>;
  const drop = (rule: string, region: string): void => {
    const query = new URLSearchParams({ rule, region });
    change.mutate({ method: 'DELETE', path: `/v1/policies/overrides?${query}` });
  };
  return (
    <>
      {change.error !== null && <Fault error={change.error} />}
      <Scroll label={t('policy:overrides')}>
        <table className="cards">
          <thead>
            <tr>
              {(['rule', 'region', 'mode', 'why', 'by', 'until'] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`policy:${name}`)}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{t('policy:override.drop')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {overrides.map((entry) => (
              <tr key={`${entry.rule} ${entry.region}`}>
                <th scope="row">
                  <Link className="mono" to={`/policy/rules/${entry.rule}`}>
                    {entry.rule}
                  </Link>
                </th>
                <td data-label={t('policy:region')}>
                  {entry.region === '*' ? t('policy:override.everywhere') : entry.region.toUpperCase()}
                </td>
                <td data-label={t('policy:mode')}>{modeName(entry.mode)}</td>
                <td data-label={t('policy:why')}>
                  <bdi className="foreign">{entry.why}</bdi>
                </td>
                <td data-label={t('policy:by')}>
                  <bdi>{entry.by.login ?? entry.by.id}</bdi>
                </td>
                <td data-label={t('policy:until')}>
                  {entry.until === null ? t('policy:until.taken-back') : <When at={entry.until} />}
                </td>
                <td>
                  {mayWrite && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => drop(entry.rule, entry.region)}
                      aria-label={t('policy:override.drop-of', { rule: entry.rule })}
                    >
                      {t('policy:override.drop')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
