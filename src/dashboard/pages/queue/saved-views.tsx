import { Button, CloseButton, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDropView, useSavedViews, useSaveView } from '../../api/cases.js';
import { Dialog } from '../../parts/dialog.js';
import { Fault } from '../../parts/fault.js';

function SaveDialog({ filter, onClose }: { readonly filter: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const save = useSaveView();
  return (
    <Dialog title={t('queue:save-view')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const name = String(new FormData(event.currentTarget).get('name')).trim();
          save.mutate({ name, query: filter }, { onSuccess: onClose });
        }}
      >
        <TextInput
          name="name"
          label={t('queue:view-name')}
          required
          withAsterisk={false}
          maxLength={80}
          data-autofocus
        />
        {save.error !== null && <Fault error={save.error} />}
        <Button type="submit" loading={save.isPending}>
          {t('common:save')}
        </Button>
      </form>
    </Dialog>
  );
}

export function SavedViews({ filter }: { readonly filter: string }) {
  const { t } = useTranslation();
  const views = useSavedViews();
  const drop = useDropView();
  const [saving, setSaving] = useState(false);
  const isNew = filter !== '' && views.data?.items.every(({ query }) => query !== filter) === true;
  return (
    <nav className="row views" aria-label={t('queue:views')}>
      <Link to="/cases" aria-current={filter === '' ? 'page' : undefined}>
        {t('queue:all')}
      </Link>
      {views.data?.items.map((view) => (
        <span key={view.id} className="view">
          <Link
            to={{ pathname: '/cases', search: view.query }}
            aria-current={view.query === filter ? 'page' : undefined}
          >
            <bdi>{view.name}</bdi>
          </Link>
          <CloseButton
            size="sm"
            aria-label={t('queue:drop-view', { name: view.name })}
            onClick={() => drop.mutate(view.id)}
          />
        </span>
      ))}
      {isNew && (
        <Button variant="subtle" size="compact-sm" onClick={() => setSaving(true)}>
          {t('queue:save-view')}
        </Button>
      )}
      {saving && <SaveDialog filter={filter} onClose={() => setSaving(false)} />}
    </nav>
  );
}
