import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { primaryOf } from '../../../domain.js';
import { useNoticeTranslation } from '../../api/case.js';
import type { CaseDetail } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { Fault } from '../../parts/fault.js';

interface NoticeTranslationProps {
  readonly detail: CaseDetail;
  readonly language: string;
  readonly sentences: readonly string[];
}

/** What the author will read, for whoever cannot read it. */
export function NoticeTranslation({ detail, language, sentences }: NoticeTranslationProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const translate = useNoticeTranslation(detail.case.id);
  const { status } = detail.translation;
  const isOff = status === 'not_configured' || status === 'forbidden';
  if (isOff || sentences.length === 0 || primaryOf(language) === primaryOf(i18n.language)) return null;
  const asked = { to: i18n.language, language, sentences };
  const found = (translate.data?.parts ?? []).filter(({ part }) => part.startsWith('notice:'));
  if (translate.error !== null) return <Fault error={translate.error} />;
  if (translate.data === undefined) {
    return (
      <Button size="compact-sm" loading={translate.isPending} onClick={() => translate.mutate(asked)}>
        {t('case:translate', { language: format.language(i18n.language) })}
      </Button>
    );
  }
  return (
    <div className="translation">
      <p className="small quiet no-margin">
        {t('case:translation-by', { language: format.language(language), engine: translate.data.engine ?? '' })}
      </p>
      <p className="no-margin" dir="auto" lang={translate.data.to}>
        {found.flatMap(({ segments }) => segments.map(({ text }) => text ?? '')).join(' ')}
      </p>
    </div>
  );
}
