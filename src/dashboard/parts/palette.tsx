import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PALETTE_KEY, type Shortcut, useRegistry } from '../shortcuts.js';
import { Dialog } from './dialog.js';

const MOST = 12;

/** Everything that can be done here, found by its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const registry = useRegistry();
  // Those of the page as it was when the palette opened.
  const [all] = useState<readonly Shortcut[]>(() => registry.all().filter(({ key }) => key !== PALETTE_KEY));
  const [wanted, setWanted] = useState('');
  // An open list keeps Escape from the dialog around it; here the two are one.
  const combobox = useCombobox({ opened: true, onDropdownClose: onClose });
  const fitting = all.filter(({ label }) => label.toLowerCase().includes(wanted.trim().toLowerCase())).slice(0, MOST);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first option is chosen anew with every letter
  useEffect(() => {
    combobox.selectFirstOption();
  }, [wanted]);
  const run = (index: string) => {
    onClose();
    fitting[Number(index)]?.run();
  };
  return (
    <Dialog title={t('common:palette')} onClose={onClose}>
      <Combobox store={combobox} onOptionSubmit={run} withinPortal={false}>
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            aria-label={t('common:palette.find')}
            placeholder={t('common:palette.find')}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
        </Combobox.EventsTarget>
        <Combobox.Options className="palette" aria-label={t('common:palette')}>
          {fitting.map(({ label, group, key }, index) => (
            <Combobox.Option key={`${group} ${label}`} value={String(index)}>
              <span className="row spread">
                <span>{label}</span>
                {key !== null && <kbd>{key}</kbd>}
              </span>
            </Combobox.Option>
          ))}
          {fitting.length === 0 && <Combobox.Empty>{t('common:palette.none')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox>
    </Dialog>
  );
}
