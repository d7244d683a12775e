/** The second opinion of a language model: its words are a guess about a stranger's words, shown as plain text. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type SecondOpinion, useAskOpinion, useSecondOpinion } from '../../api/second-opinion.js';
import type { CaseDetail } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { Fault } from '../../parts/fault.js';
import { useWords } from '../../words.js';

type Said = SecondOpinion['opinions'][number];

function Finding({ finding }: { readonly finding: Said['findings'][number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  return (
    <li>
      <strong>{words.category(finding.category)}</strong>{' '}
      <span className="small quiet">
        {t('case:llm-finding', { severity: finding.severity, confidence: format.score(finding.confidence) })}
        {finding.clause !== null && (
          <>
            {' · '}
            <bdi className="mono">{finding.clause}</bdi>
          </>
        )}
      </span>
      {finding.quote !== '' && (
        <blockquote dir="auto" className="foreign no-margin">
          {finding.quote}
        </blockquote>
      )}
      <p dir="auto" className="no-margin">
        {finding.rationale}
      </p>
    </li>
  );
}

function OneOpinion({ opinion }: { readonly opinion: Said }) {
  const { t } = useTranslation();
  return (
    <article>
      <p className="small quiet no-margin">{t('case:llm-by', { model: opinion.model })}</p>
      {opinion.doubtsRemoval && <p className="no-margin">{t('case:llm-doubts')}</p>}
      {opinion.findings.length === 0 && <p className="no-margin">{t('case:llm-nothing')}</p>}
      <ul>
        {opinion.findings.map((finding, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: findings have an order and nothing else
          <Finding key={index} finding={finding} />
        ))}
      </ul>
      <p dir="auto" className="no-margin quiet">
        {opinion.rationale}
      </p>
    </article>
  );
}

/** Nothing is shown where no model is configured and none has spoken. */
export function CaseOpinion({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const words = useWords();
  const { data, error } = useSecondOpinion(detail.case.id);
  const ask = useAskOpinion(detail.case.id);
  if (error !== null) return <Fault error={error} />;
  if (data === undefined || (!data.configured && data.status === 'none')) return null;
  const isDue = data.status === 'due';
  return (
    <section className="sheet stack">
      <h2>{t('case:llm')}</h2>
      {isDue && <p className="no-margin quiet">{t('case:llm-due')}</p>}
      {data.why !== null && <p className="no-margin quiet">{t('case:llm-none', { why: words.code(data.why) })}</p>}
      {data.opinions.map((opinion, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: opinions have an order and nothing else
        <OneOpinion key={index} opinion={opinion} />
      ))}
      {data.configured && detail.lease !== null && !isDue && (
        <div>
          <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
            {t('case:llm-ask')}
          </Button>
          {ask.error !== null && <Fault error={ask.error} />}
        </div>
      )}
    </section>
  );
}
