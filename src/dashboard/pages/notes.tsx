import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useNotes } from '../api/queries.js';
import { Fault } from '../parts/fault.js';
import { NoteFilters } from '../parts/note-filters.js';
import { NoteTable } from '../parts/note-table.js';
import { PageTitle } from '../parts/page-title.js';

export function NotesPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const notes = useNotes(params.toString());
  const turnTo = (cursor: string | null) => {
    const next = new URLSearchParams(params);
    if (cursor === null) next.delete('cursor');
    else next.set('cursor', cursor);
    setParams(next);
  };
  const next = notes.data?.nextCursor ?? null;
  return (
    <>
      <PageTitle text={t('notes:title')} />
      <section className="sheet">
        <NoteFilters params={params} onChange={setParams} />
      </section>
      {notes.error !== null && <Fault error={notes.error} />}
      <section className="sheet" aria-busy={notes.isFetching}>
        <NoteTable notes={notes.data?.items ?? []} />
        {notes.data?.items.length === 0 && <p className="quiet">{t('notes:none')}</p>}
      </section>
      <div className="row">
        <Button variant="default" disabled={!params.has('cursor')} onClick={() => turnTo(null)}>
          {t('notes:newest')}
        </Button>
        <Button variant="default" disabled={next === null} onClick={() => turnTo(next)}>
          {t('notes:older')}
        </Button>
      </div>
    </>
  );
}
