/** A translation beside the original, piece by piece. It is a machine's guess at a stranger's words and looks like one. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useTranslate } from '../../api/case.js';
import type { CaseDetail, CasePart, TranslatedSegment } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { dirOf } from '../../i18n/index.js';
import { Fault } from '../../parts/fault.js';

const UNSURE = 0.5;

function Segment({
  segment,
  original,
  to,
}: {
  readonly segment: TranslatedSegment;
  readonly original: string;
  readonly to: string;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  if (segment.text === null) {
    return (
      <span className="quiet" dir="auto">
        {original}{' '}
      </span>
    );
  }
  const { confidence, doubts } = segment;
  const said = confidence === null ? t('case:translation-unsaid') : format.score(confidence);
  const facts = [t('case:translation-confidence', { value: said }), ...doubts.map((doubt) => t(`case:doubt.${doubt}`))];
  const isUnsure = doubts.length > 0 || (confidence !== null && confidence < UNSURE);
  return (
    <span
      lang={to}
      dir="auto"
      className={isUnsure ? 'segment unsure' : 'segment'}
      title={`${original}\n${facts.join(' · ')}`}
    >
      {segment.text} {isUnsure && <span className="small quiet">({facts.join(' · ')}) </span>}
    </span>
  );
}

/** Column beside the original. */
export function PartTranslation({ detail, part }: { readonly detail: CaseDetail; readonly part: CasePart }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { parts, to, engine } = detail.translation;
  const found = parts.find((one) => one.part === part.part);
  if (found === undefined) return null;
  const figures = found.segments.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  const least = figures.length === 0 ? null : Math.min(...figures);
  return (
    <div className="translation">
      <p className="small quiet no-margin">
        {t('case:translation-by', { language: format.language(found.language), engine: engine ?? '' })}
        {least !== null && ` · ${t('case:translation-least', { value: format.score(least) })}`}
      </p>
      <p className="original" dir={dirOf(to)}>
        {found.segments.map((segment) => {
          const { start, end } = segment.span;
          return <Segment key={start} segment={segment} original={part.text.slice(start, end)} to={to} />;
        })}
      </p>
    </div>
  );
}

/** Says what there is of a translation, and asks for it. */
export function TranslationState({ detail }: { readonly detail: CaseDetail }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const translate = useTranslate(detail.case.id);
  const { status, to } = detail.translation;
  if (status === 'not_configured' || status === 'forbidden') {
    return (
      <p className="small quiet no-margin">{t(`case:translation-${status === 'forbidden' ? 'forbidden' : 'off'}`)}</p>
    );
  }
  const isOther = to !== i18n.language;
  if (status === 'not_needed' && !isOther) return null;
  if (status === 'ready' && !isOther) return null;
  return (
    <div className="margin-top">
      <Button
        size="compact-sm"
        variant="default"
        loading={translate.isPending}
        onClick={() => translate.mutate(i18n.language)}
      >
        {t('case:translate', { language: format.language(i18n.language) })}
      </Button>
      {translate.error !== null && <Fault error={translate.error} />}
    </div>
  );
}
