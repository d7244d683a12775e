import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HOUR_MS } from '../../../domain.js';
import { Dialog } from '../../parts/dialog.js';
import { Fault } from '../../parts/fault.js';
import { useChange } from './api.js';

interface OverrideDialogProps {
  readonly rule: string;
  readonly region: string;
  readonly onClose: () => void;
}
const MODES = ['disabled', 'shadow', 'canary', 'enforce'] as const;

export function OverrideDialog({ rule, region, onClose }: OverrideDialogProps) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<string>('disabled');
  const [percent, setPercent] = useState<number | string>(10);
  const [scope, setScope] = useState(region);
  const [hours, setHours] = useState<number | string>('');
  const [why, setWhy] = useState('');
  const change = useChange();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const until = hours === '' ? null : new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
    const body = { rule, region: scope, mode: mode === 'canary' ? `canary(${percent})` : mode, why, until };
    change.mutate({ method: 'PUT', path: '/v1/policies/overrides', body }, { onSuccess: onClose });
  };
  return (
    <Dialog title={t('policy:override.of', { rule })} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <NativeSelect
          label={t('policy:mode')}
          value={mode}
          onChange={(event) => setMode(event.currentTarget.value)}
          data={MODES.map((value) => ({ value, label: t(`policy:mode.${value}`) }))}
          data-autofocus
        />
        {mode === 'canary' && (
          <NumberInput
            label={t('policy:canary.percent')}
            value={percent}
            onChange={setPercent}
            min={0}
            max={100}
            required
          />
        )}
        <NativeSelect
          label={t('policy:override.where')}
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
          data={[
            { value: region, label: t('policy:override.here', { region: region.toUpperCase() }) },
            { value: '*', label: t('policy:override.everywhere') },
          ]}
        />
        <NumberInput
          label={t('policy:override.hours')}
          description={t('policy:override.hours.none')}
          value={hours}
          onChange={setHours}
          min={1}
          max={8760}
        />
        <TextInput
          label={t('policy:why')}
          description={t('policy:why.audit')}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          minLength={3}
          maxLength={500}
          required
        />
        {change.error !== null && <Fault error={change.error} />}
        <div className="row">
          <Button type="submit" loading={change.isPending} color={mode === 'disabled' ? 'red' : 'cyan'}>
            {mode === 'disabled' ? t('policy:kill') : t('common:save')}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {t('common:cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
