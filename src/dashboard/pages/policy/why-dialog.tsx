import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Order } from '../../api/client.js';
import { Dialog } from '../../parts/dialog.js';
import { Fault } from '../../parts/fault.js';
import { useChange } from './api.js';

interface WhyDialogProps {
  readonly title: string;
  readonly order: (why: string) => Order;
  readonly onClose: () => void;
  /** What it is about. */
  readonly children?: ReactNode;
}

/** Every change of what is in force says why; the words go into the audit. */
export function WhyDialog({ title, order, onClose, children }: WhyDialogProps) {
  const { t } = useTranslation();
  const [why, setWhy] = useState('');
  const change = useChange();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate(order(why), { onSuccess: onClose });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {children}
        <TextInput
          label={t('policy:why')}
          description={t('policy:why.audit')}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          minLength={3}
          maxLength={500}
          required
          data-autofocus
        />
        {change.error !== null && <Fault error={change.error} />}
        <div className="row">
          <Button type="submit" loading={change.isPending}>
            {title}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {t('common:cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
