import { useTranslation } from 'react-i18next';
import { useNotice } from '../../api/case.js';
import type { CaseDetail } from '../../api/types.js';
import { type Draft, type Group, verdictsOf } from '../../draft.js';
import { useFormat } from '../../format.js';
import { Fault } from '../../parts/fault.js';
import { NoticeTranslation } from './notice-translation.js';

interface NoticePreviewProps {
  readonly detail: CaseDetail;
  readonly draft: Draft;
  readonly groups: readonly Group[];
  readonly complete: boolean;
}

/** What the author would read, in the author's language. */
export function NoticePreview({ detail, draft, groups, complete }: NoticePreviewProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const verdicts = complete ? verdictsOf(draft, groups) : [];
  const notice = useNotice(detail.case.id, verdicts);
  if (verdicts.length === 0) return null;
  return (
    <details className="notice" open>
      <summary>{t('case:notice')}</summary>
      {notice.error !== null && <Fault error={notice.error} />}
      {notice.error === null &&
        notice.data?.items.map((item) => (
          <article key={`${item.regions.join()} ${item.action}`}>
            <h3 className="small">{format.regions(item.regions)}</h3>
            {item.silent && <p className="small quiet no-margin">{t('case:silent')}</p>}
            {!item.inAuthorsLanguage && !item.silent && (
              <p className="small no-margin">
                {t('case:not-in-language', { language: format.language(item.language) })}
              </p>
            )}
            <p dir={item.direction} lang={item.language} className="no-margin">
              {item.sentences.map(({ text }) => text).join(' ')}
            </p>
            <NoticeTranslation
              detail={detail}
              language={item.language}
              sentences={item.sentences.map(({ text }) => text)}
            />
            {item.openSlots.length > 0 && (
              <p className="small quiet no-margin">{t('case:open-slots', { slots: item.openSlots.join(', ') })}</p>
            )}
          </article>
        ))}
    </details>
  );
}
