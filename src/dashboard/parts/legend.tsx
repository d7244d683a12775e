import { useTranslation } from 'react-i18next';
import type { NoteFinding } from '../api/types.js';

/** What the colours of this text mean; the pattern of the underline says it without colour. */
export function Legend({ findings }: { readonly findings: readonly NoteFinding[] }) {
  const { t } = useTranslation();
  const sources = [...new Set(findings.filter((finding) => finding.spans.length > 0).map((finding) => finding.source))];
  if (sources.length === 0) return null;
  return (
    <div className="legend">
      {sources.map((source) => (
        <span key={source}>
          <mark data-source={source}>{t(`words:source.${source}`)}</mark>
        </span>
      ))}
    </div>
  );
}
