import { useTranslation } from 'react-i18next';
import type { CaseImage } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { useWords } from '../../words.js';

/** Below it a label says that something is not there. */
const LEAST_SHOWN = 0.01;

/** What was read of a picture and what stood in the way. */
export function PictureFacts({ image }: { readonly image: CaseImage }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const labels = Object.entries(image.labels)
    .filter(([, score]) => score >= LEAST_SHOWN)
    .sort((a, b) => b[1] - a[1])
    .map(([label, score]) => `${words.known(`words:label.${label.toLowerCase()}`, label)} ${format.score(score)}`);
  return (
    <ul className="small plain">
      {image.findings.map(({ category, source, detector, calibrated, bits }) => (
        <li key={`${source} ${detector}`}>
          <strong>{words.category(category)}</strong> {t(`words:source.${source}`)}{' '}
          <span className="mono quiet">{detector}</span>{' '}
          {bits === null ? format.score(calibrated) : t('case:distance', { n: format.count(bits) })}
        </li>
      ))}
      {labels.length > 0 && <li className="quiet">{t('case:seen-by-model', { labels: labels.join(' · ') })}</li>}
      {image.codes.map(({ kind, text }) => (
        <li key={text}>
          {kind} <span className="mono foreign">{text}</span>
        </li>
      ))}
      {image.outcomes
        .filter(({ status }) => status !== 'found')
        .map(({ reading, status, why }) => (
          <li key={reading} className="quiet">
            {words.known(`words:reading.${reading}`, reading)}
            {': '}
            {t(`words:outcome.${status}`, { defaultValue: status })}
            {why !== null && ` (${words.code(why)})`}
          </li>
        ))}
    </ul>
  );
}
