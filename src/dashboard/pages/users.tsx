import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddPerson, useChangePerson, useNewPassword, usePeople } from '../api/people.js';
import type { Person } from '../api/types.js';
import { useFormat } from '../format.js';
import { Dialog } from '../parts/dialog.js';
import { Fault } from '../parts/fault.js';
import { PageTitle } from '../parts/page-title.js';
import { PersonForm } from '../parts/person-form.js';
import { Scroll } from '../parts/scroll.js';

function Password({ password }: { readonly password: string }) {
  const { t } = useTranslation();
  return (
    <p role="status">
      {t('users:password-once')} <code className="mono">{password}</code>
    </p>
  );
}

function AddDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const add = useAddPerson();
  const password = add.data?.password ?? null;
  return (
    <Dialog title={t('users:add')} onClose={onClose}>
      {add.error !== null && <Fault error={add.error} />}
      {password === null ? (
        <PersonForm person={null} busy={add.isPending} onSave={(input) => add.mutate(input)} />
      ) : (
        <Password password={password} />
      )}
    </Dialog>
  );
}

function ChangeDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const change = useChangePerson(person.id);
  const renew = useNewPassword(person.id);
  const password = renew.data?.password ?? null;
  return (
    <Dialog title={person.login} onClose={onClose}>
      {change.error !== null && <Fault error={change.error} />}
      {renew.error !== null && <Fault error={renew.error} />}
      <PersonForm
        person={person}
        busy={change.isPending}
        onSave={({ role, rights }) => change.mutate({ role, rights }, { onSuccess: onClose })}
      />
      <div className="row margin-top">
        <Button variant="default" onClick={() => change.mutate({ disabled: !person.disabled }, { onSuccess: onClose })}>
          {t(person.disabled ? 'users:enable' : 'users:disable')}
        </Button>
        {person.signInBy === 'password' && (
          <Button variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
            {t('users:new-password')}
          </Button>
        )}
      </div>
      {password !== null && <Password password={password} />}
    </Dialog>
  );
}

function Row({ person, onChange }: { readonly person: Person; readonly onChange: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { languages, regions, categories, desks } = person.sees;
  return (
    <tr>
      <th scope="row">
        <bdi>{person.login}</bdi>
        {person.disabled && <span className="quiet">{` · ${t('users:disabled')}`}</span>}
      </th>
      <td data-label={t('users:role')}>{t(`words:role.${person.role}`)}</td>
      <td data-label={t('users:languages')}>
        {languages === null ? t('users:all') : languages.map(format.language).join(', ')}
      </td>
      <td data-label={t('users:regions')}>{regions === null ? t('users:all') : format.regions(regions)}</td>
      <td data-label={t('users:categories')} className={categories === null ? undefined : 'mono'}>
        {categories === null ? t('users:all') : categories.join(', ')}
      </td>
      <td data-label={t('users:desks')}>{desks.map((desk) => t(`words:desk.${desk}`)).join(', ')}</td>
      <td data-label={t('users:sign-in')}>{t(`users:by.${person.signInBy}`)}</td>
      <td>
        <Button
          variant="default"
          size="compact-sm"
          onClick={onChange}
          aria-label={t('users:change-of', { login: person.login })}
        >
          {t('users:change')}
        </Button>
      </td>
    </tr>
  );
}

export function UsersPage() {
  const { t } = useTranslation();
  const people = usePeople();
  const [open, setOpen] = useState<Person | 'new' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <div className="row spread">
        <PageTitle text={t('users:title')} />
        <Button onClick={() => setOpen('new')}>{t('users:add')}</Button>
      </div>
      {people.error !== null && <Fault error={people.error} />}
      <section className="sheet">
        <Scroll label={t('users:title')}>
          <table className="cards">
            <thead>
              <tr>
                {['login', 'role', 'languages', 'regions', 'categories', 'desks', 'sign-in', 'change'].map((name) => (
                  <th key={name} scope="col">
                    {t(`users:${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {people.data?.items.map((person) => (
                <Row key={person.id} person={person} onChange={() => setOpen(person)} />
              ))}
            </tbody>
          </table>
        </Scroll>
      </section>
      {open === 'new' && <AddDialog onClose={close} />}
      {open !== null && open !== 'new' && <ChangeDialog person={open} onClose={close} />}
    </>
  );
}
