import { Loader } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useNote } from '../api/queries.js';
import type { NoteDetail, NoteRevision } from '../api/types.js';
import { useFormat } from '../format.js';
import { DecisionCard } from '../parts/decision-card.js';
import { Fault } from '../parts/fault.js';
import { FindingsTable } from '../parts/findings-table.js';
import { Legend } from '../parts/legend.js';
import { OriginalText } from '../parts/original-text.js';
import { PageTitle } from '../parts/page-title.js';
import { TraceTable } from '../parts/trace-table.js';
import { When } from '../parts/when.js';
import { useWords } from '../words.js';

function Words({ revision, active }: { readonly revision: NoteRevision; readonly active: number | null }) {
  const { t } = useTranslation();
  if (revision.note === null) return <p className="quiet">{t('note:gone')}</p>;
  const findings = revision.evidence?.findings ?? [];
  const language = revision.evidence?.languages[0]?.tag;
  const shared = { findings, active, language: language === 'und' ? undefined : language };
  return (
    <>
      {revision.note.title !== '' && <OriginalText {...shared} part="title" text={revision.note.title} />}
      <OriginalText {...shared} part="body" text={revision.note.body} />
      <Legend findings={findings} />
    </>
  );
}

function Facts({ note, revision }: { readonly note: NoteDetail; readonly revision: NoteRevision }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { known } = useWords();
  const languages = revision.evidence?.languages ?? [];
  const signs = [...new Set(revision.evidence?.signs.flatMap((part) => part.signs) ?? [])];
  return (
    <p className="small quiet">
      <span className="mono">{note.externalId}</span>
      {` · ${t('note:revision-of', { revision: revision.revision, all: note.revisions.length })} · `}
      <When at={revision.acceptedAt} />
      {languages.length > 0 &&
        ` · ${languages.map(({ tag, confidence }) => `${format.language(tag)} ${Math.round(confidence * 100)} %`).join(', ')}`}
      {signs.length > 0 &&
        ` · ${t('note:signs', { signs: signs.map((sign) => known(`words:sign.${sign}`, sign)).join(', ') })}`}
    </p>
  );
}

function NoteView({ note }: { readonly note: NoteDetail }) {
  const { t } = useTranslation();
  const [active, setActive] = useState<number | null>(null);
  const newest = Math.max(...note.revisions.map((revision) => revision.revision));
  const revision = note.revisions.find((one) => one.revision === newest);
  if (revision === undefined) return <p className="quiet">{t('note:no-revision')}</p>;
  const decisions = note.decisions.filter((decision) => decision.revision === newest);
  return (
    <>
      <section className="sheet" aria-label={t('note:words')}>
        <Words revision={revision} active={active} />
        <Facts note={note} revision={revision} />
      </section>
      <section className="sheet">
        <h2>{t('note:decisions')}</h2>
        {decisions.length === 0 && <p className="quiet">{t('note:no-decision')}</p>}
        {decisions.map((decision) => (
          <DecisionCard key={decision.decisionId} decision={decision} />
        ))}
      </section>
      <section className="sheet">
        <h2>{t('note:findings')}</h2>
        <FindingsTable findings={revision.evidence?.findings ?? []} active={active} onActive={setActive} />
      </section>
      <section className="sheet">
        <h2>{t('note:stages')}</h2>
        <TraceTable trace={revision.trace} />
      </section>
    </>
  );
}

export function NotePage() {
  const { noteId = '' } = useParams();
  const { t } = useTranslation();
  const note = useNote(noteId);
  return (
    <>
      <div className="row spread">
        <PageTitle text={t('note:title')} />
        <span className="row">
          <Link to={`/cases?noteId=${encodeURIComponent(noteId)}`}>{t('note:cases')}</Link>
          <Link to="/notes">{t('note:all')}</Link>
        </span>
      </div>
      {note.isPending && <Loader aria-label={t('common:loading')} />}
      {note.error !== null && <Fault error={note.error} />}
      {note.data !== undefined && <NoteView note={note.data} />}
    </>
  );
}
