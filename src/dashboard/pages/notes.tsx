import { Button } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { useNotes } from '../api/queries.js';
import type { NoteRow } from '../api/types.js';
import { languageName } from '../language-name.js';
import { ActionBadge } from '../parts/action-badge.js';
import { Fault } from '../parts/fault.js';
import { NoteFilters } from '../parts/note-filters.js';
import { When } from '../parts/when.js';

function Row({ note }: { readonly note: NoteRow }) {
  return (
    <tr>
      <th scope="row">
        <Link
          to={`/notes/${encodeURIComponent(note.id)}`}
          dir="auto"
          className="foreign"
          lang={note.language ?? undefined}
        >
          {note.title === '' ? '(no title)' : note.title}
        </Link>
      </th>
      <td className="mono foreign">{note.externalId}</td>
      <td>{note.language === null ? '' : languageName(note.language)}</td>
      <td>
        <ActionBadge action={note.strongest} />
      </td>
      <td>{note.status}</td>
      <td className="number">{note.revision}</td>
      <td>
        <When at={note.createdAt} />
      </td>
    </tr>
  );
}

export function NotesPage() {
  const [params, setParams] = useSearchParams();
  const notes = useNotes(params.toString());
  const turnTo = (cursor: string | null) => {
    const next = new URLSearchParams(params);
    if (cursor === null) next.delete('cursor');
    else next.set('cursor', cursor);
    setParams(next);
  };
  return (
    <>
      <title>Notes · Polywarden</title>
      <h1>Notes</h1>
      <section className="sheet">
        <NoteFilters params={params} onChange={setParams} />
      </section>
      {notes.error !== null && <Fault error={notes.error} />}
      <section className="sheet scroll" aria-busy={notes.isFetching}>
        <table>
          <thead>
            <tr>
              <th scope="col">Note</th>
              <th scope="col">External id</th>
              <th scope="col">Language</th>
              <th scope="col">Strongest action</th>
              <th scope="col">Status</th>
              <th scope="col" className="number">
                Revision
              </th>
              <th scope="col">Accepted</th>
            </tr>
          </thead>
          <tbody>
            {notes.data?.items.map((note) => (
              <Row key={note.id} note={note} />
            ))}
          </tbody>
        </table>
        {notes.data?.items.length === 0 && <p className="quiet">No note fits these filters.</p>}
      </section>
      <div className="row">
        <Button variant="default" disabled={!params.has('cursor')} onClick={() => turnTo(null)}>
          Newest
        </Button>
        <Button
          variant="default"
          disabled={!notes.data?.nextCursor}
          onClick={() => turnTo(notes.data?.nextCursor ?? null)}
        >
          Older
        </Button>
      </div>
    </>
  );
}
