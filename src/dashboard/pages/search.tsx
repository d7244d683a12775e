import { Button, Loader, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { isSearchable } from '../../usecases/review/search-text.js';
import { MOST_FOUND, useSearch } from '../api/figures.js';
import { useNotes } from '../api/queries.js';
import { useFormat } from '../format.js';
import { Fault } from '../parts/fault.js';
import { NoteTable } from '../parts/note-table.js';
import { PageTitle } from '../parts/page-title.js';

const KINDS = ['text', 'externalId', 'authorId', 'id'] as const;

function ByText({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useSearch(text);
  if (found.error !== null) return <Fault error={found.error} />;
  if (found.data === undefined) return <Loader aria-label={t('common:loading')} />;
  const { exact, containing, searched, complete } = found.data;
  const isFull = containing.length >= MOST_FOUND;
  return (
    <>
      <section className="sheet">
        <h2>{t('search:exact', { n: format.count(exact.length) })}</h2>
        {exact.length > 0 && <NoteTable notes={exact} />}
      </section>
      <section className="sheet">
        <h2>{t('search:containing', { n: `${format.count(containing.length)}${isFull ? '+' : ''}` })}</h2>
        <p className="small quiet">{t(complete ? 'search:all' : 'search:latest', { n: format.count(searched) })}</p>
        {containing.length > 0 && <NoteTable notes={containing} />}
      </section>
    </>
  );
}

function ByField({ kind, wanted }: { readonly kind: string; readonly wanted: string }) {
  const { t } = useTranslation();
  const notes = useNotes(new URLSearchParams({ [kind]: wanted }).toString());
  if (notes.error !== null) return <Fault error={notes.error} />;
  if (notes.data === undefined) return <Loader aria-label={t('common:loading')} />;
  return (
    <section className="sheet">
      {notes.data.items.length === 0 ? (
        <p className="quiet">{t('notes:none')}</p>
      ) : (
        <NoteTable notes={notes.data.items} />
      )}
    </section>
  );
}

export function SearchPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const kind = KINDS.find((one) => one === params.get('by')) ?? 'text';
  const wanted = params.get('wanted') ?? '';
  const isShort = kind === 'text' && wanted !== '' && !isSearchable(wanted);
  return (
    <>
      <PageTitle text={t('search:title')} />
      <form
        className="sheet filters"
        key={params.toString()}
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const next = { by: String(form.get('by')), wanted: String(form.get('wanted')).trim() };
          if (next.by === 'id' && next.wanted !== '') void navigate(`/notes/${encodeURIComponent(next.wanted)}`);
          else setParams(next);
        }}
      >
        <NativeSelect
          name="by"
          label={t('search:by')}
          defaultValue={kind}
          data={KINDS.map((one) => ({ value: one, label: t(`search:by.${one}`) }))}
        />
        <TextInput
          name="wanted"
          label={t('search:wanted')}
          defaultValue={wanted}
          autoFocus={wanted === ''}
          required
          withAsterisk={false}
          dir="auto"
        />
        <div className="row">
          <Button type="submit">{t('search:go')}</Button>
        </div>
      </form>
      {isShort && <p role="alert">{t('search:short')}</p>}
      {wanted !== '' &&
        !isShort &&
        (kind === 'text' ? <ByText text={wanted} /> : <ByField kind={kind} wanted={wanted} />)}
    </>
  );
}
