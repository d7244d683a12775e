import { useTranslation } from 'react-i18next';
import type { NoteFinding } from '../api/types.js';
import { useFormat } from '../format.js';
import { useWords } from '../words.js';
import { type FindingGroup, groupsOf, spansOf } from './finding-groups.js';
import { usePartName } from './part-name.js';
import { Scroll } from './scroll.js';

interface FindingsTableProps {
  readonly findings: readonly NoteFinding[];
  readonly active: number | null;
  readonly onActive: (index: number | null) => void;
}

interface RowProps {
  readonly group: FindingGroup;
  readonly isActive: boolean;
  readonly onActive: () => void;
}

function Row({ group, isActive, onActive }: RowProps) {
  const { finding, detectors } = group;
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const part = usePartName();
  return (
    <>
      <td>
        <button type="button" aria-pressed={isActive} onClick={onActive} onFocus={onActive}>
          {words.category(finding.category)}
        </button>
      </td>
      <td data-label={t('note:detector')}>
        <span>
          {t(`words:source.${finding.source}`)} <span className="mono quiet">{detectors.join(', ')}</span>
        </span>
      </td>
      <td data-label={t('note:where')}>
        {part(finding.part)} <bdi>{spansOf(finding)}</bdi>
      </td>
      <td data-label={t('note:view')} className="mono">
        {finding.view}
      </td>
      <td data-label={t('note:severity')} className="number">
        {finding.severity}
      </td>
      <td data-label={t('note:calibrated')} className="number">
        {format.score(finding.calibrated)}
      </td>
    </>
  );
}

export function FindingsTable({ findings, active, onActive }: FindingsTableProps) {
  const { t } = useTranslation();
  if (findings.length === 0) return <p className="quiet">{t('note:no-finding')}</p>;
  return (
    <Scroll label={t('note:findings')}>
      <table className="findings cards">
        <thead>
          <tr>
            <th scope="col">{t('note:category')}</th>
            <th scope="col">{t('note:detector')}</th>
            <th scope="col">{t('note:where')}</th>
            <th scope="col">{t('note:view')}</th>
            <th scope="col" className="number">
              {t('note:severity')}
            </th>
            <th scope="col" className="number">
              {t('note:calibrated')}
            </th>
          </tr>
        </thead>
        <tbody>
          {groupsOf(findings).map((group) => {
            const isActive = active !== null && group.indexes.includes(active);
            const onRow = (): void => onActive(group.indexes[0] ?? null);
            return (
              <tr key={group.key} data-active={isActive} onMouseEnter={onRow} onMouseLeave={() => onActive(null)}>
                <Row group={group} isActive={isActive} onActive={onRow} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
