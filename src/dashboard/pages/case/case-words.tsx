import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUnblurred } from '../../api/case.js';
import { usePreferences } from '../../api/preferences.js';
import type { CaseDetail, CasePart } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { Legend } from '../../parts/legend.js';
import { OriginalText } from '../../parts/original-text.js';
import { usePartName } from '../../parts/part-name.js';
import { PartTranslation, TranslationState } from './case-translation.js';

const GRAVE = 3;

function Readable({ part }: { readonly part: CasePart }) {
  const { t } = useTranslation();
  return part.readable.map(({ view, text }) => (
    <p key={view} className="readable">
      <span className="quiet small">{t(`case:view.${view}`)}</span> <span dir="auto">{text}</span>
    </p>
  ));
}

function Part({ detail, part }: { readonly detail: CaseDetail; readonly part: CasePart }) {
  const format = useFormat();
  const name = usePartName();
  const language = part.languages[0]?.tag;
  const tags = [...new Set(part.languages.map(({ tag }) => tag))];
  return (
    <section className="part" aria-label={name(part.part)}>
      <h3 className="small quiet">
        {name(part.part)}
        {tags.length > 0 && ` · ${tags.map((tag) => format.language(tag)).join(', ')}`}
      </h3>
      <div className="beside">
        <div>
          <OriginalText
            part={part.part}
            text={part.text}
            findings={part.findings}
            active={null}
            language={language === 'und' ? undefined : language}
          />
          <Readable part={part} />
        </div>
        <PartTranslation detail={detail} part={part} />
      </div>
    </section>
  );
}

/** The author's words before everything else; blurred where the reader has asked for it. */
export function CaseWords({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const { blurText } = usePreferences();
  const [shown, setShown] = useState(false);
  const unblurred = useUnblurred(detail.case.id);
  const hidden = blurText && detail.case.severity >= GRAVE && !shown;
  const findings = detail.parts.flatMap((part) => part.findings);
  return (
    <section className="sheet" aria-label={t('case:words')}>
      <h2 className="visually-hidden">{t('case:words')}</h2>
      {hidden && (
        <Button
          onClick={() => {
            setShown(true);
            unblurred.mutate({ image: null });
          }}
        >
          {t('case:show-text')}
        </Button>
      )}
      <div className={hidden ? 'blurred' : undefined} aria-hidden={hidden} inert={hidden}>
        {detail.parts.map((part) => (
          <Part key={part.part} detail={detail} part={part} />
        ))}
      </div>
      <Legend findings={findings} />
      <TranslationState detail={detail} />
    </section>
  );
}
