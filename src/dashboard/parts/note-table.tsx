import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { NoteRow } from '../api/types.js';
import { useFormat } from '../format.js';
import { ActionBadge } from './action-badge.js';
import { Scroll } from './scroll.js';
import { When } from './when.js';

function Row({ note }: { readonly note: NoteRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr>
      <th scope="row">
        <Link
          to={`/notes/${encodeURIComponent(note.id)}`}
          dir="auto"
          className="foreign"
          lang={note.language ?? undefined}
        >
          {note.title === '' ? note.externalId : note.title}
        </Link>
      </th>
      <td data-label={t('notes:external-id')} className="mono foreign">
        {note.externalId}
      </td>
      <td data-label={t('notes:author')} className="mono foreign">
        {note.authorId}
      </td>
      <td data-label={t('notes:language')}>{note.language === null ? '' : format.language(note.language)}</td>
      <td data-label={t('notes:strongest')}>
        {note.status === 'erased' ? (
          <span className="quiet">{t('words:status.erased')}</span>
        ) : (
          <ActionBadge action={note.strongest} />
        )}
      </td>
      <td data-label={t('notes:status')}>{t(`words:status.${note.status}`)}</td>
      <td data-label={t('notes:revision')} className="number">
        {note.revision}
      </td>
      <td data-label={t('notes:accepted')}>
        <When at={note.createdAt} />
      </td>
    </tr>
  );
}

export function NoteTable({ notes }: { readonly notes: readonly NoteRow[] }) {
  const { t } = useTranslation();
  return (
    <Scroll label={t('notes:title')}>
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">{t('notes:note')}</th>
            <th scope="col">{t('notes:external-id')}</th>
            <th scope="col">{t('notes:author')}</th>
            <th scope="col">{t('notes:language')}</th>
            <th scope="col">{t('notes:strongest')}</th>
            <th scope="col">{t('notes:status')}</th>
            <th scope="col" className="number">
              {t('notes:revision')}
            </th>
            <th scope="col">{t('notes:accepted')}</th>
          </tr>
        </thead>
        <tbody>
          {notes.map((note) => (
            <Row key={note.id} note={note} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
