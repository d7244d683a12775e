import { useTranslation } from 'react-i18next';
import type { NoteTrace } from '../api/types.js';
import { useFormat } from '../format.js';
import { useWords } from '../words.js';
import { Scroll } from './scroll.js';

export function TraceTable({ trace }: { readonly trace: NoteTrace }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  return (
    <Scroll label={t('note:stages')}>
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">{t('note:stage')}</th>
            <th scope="col">{t('note:outcome')}</th>
            <th scope="col">{t('note:why')}</th>
            <th scope="col">{t('note:version')}</th>
            <th scope="col" className="number">
              {t('note:ms')}
            </th>
          </tr>
        </thead>
        <tbody>
          {trace.stages.map((stage) => (
            <tr key={stage.stage}>
              <th scope="row">{words.stage(stage.stage)}</th>
              <td data-label={t('note:outcome')}>{t(`words:outcome.${stage.status}`)}</td>
              <td data-label={t('note:why')} className="quiet">
                {words.stageWhy(stage)}
              </td>
              <td data-label={t('note:version')} className="mono">
                {stage.version}
              </td>
              <td data-label={t('note:ms')} className="number">
                {stage.ms === null ? '' : format.decimal(stage.ms)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
