import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreferences } from '../api/preferences.js';
import { useRegistry } from '../shortcuts.js';
import { Dialog } from './dialog.js';

export function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const registry = useRegistry();
  const { keys } = usePreferences();
  const [all] = useState(() => registry.all().filter(({ key }) => key !== null));
  const groups = [...new Set(all.map(({ group }) => group))];
  return (
    <Dialog title={t('common:keys.title')} onClose={onClose} size="lg">
      {!keys && <p className="quiet">{t('common:keys.off')}</p>}
      <div className="two">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl className="keys">
              {all
                .filter((one) => one.group === group)
                .map(({ key, label }) => (
                  <div key={`${key} ${label}`}>
                    <dt>
                      <kbd>{key}</kbd>
                    </dt>
                    <dd>{label}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
