import { useTranslation } from 'react-i18next';
import type { NoteFinding } from '../api/types.js';
import { useFormat } from '../format.js';
import { useWords } from '../words.js';
import { usePartName } from './part-name.js';
import { Scroll } from './scroll.js';

interface FindingsTableProps {
  readonly findings: readonly NoteFinding[];
  readonly active: number | null;
  readonly onActive: (index: number | null) => void;
}

const spansOf = (finding: NoteFinding): string =>
  `${finding.spans.map((span) => `${span.start}–${span.end}`).join(', ')}`;

function Row({ finding, isActive, onActive }: { finding: NoteFinding; isActive: boolean; onActive: () => void }) {
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
          {t(`words:source.${finding.source}`)} <span className="mono quiet">{finding.detector}</span>
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
          {findings.map((finding, index) => (
            <tr
              key={`${finding.detector} ${finding.category} ${finding.part} ${spansOf(finding)} ${finding.view}`}
              data-active={active === index}
              onMouseEnter={() => onActive(index)}
              onMouseLeave={() => onActive(null)}
            >
              <Row finding={finding} isActive={active === index} onActive={() => onActive(index)} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
