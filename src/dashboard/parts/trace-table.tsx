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
      <table>
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
              <td>{words.stage(stage.stage)}</td>
              <td>{t(`words:outcome.${stage.status}`)}</td>
              <td className="quiet">{words.stageWhy(stage)}</td>
              <td className="mono">{stage.version}</td>
              <td className="number">{stage.ms === null ? '' : format.decimal(stage.ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
