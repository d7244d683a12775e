import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { speak, TONGUE_TAGS, TONGUES } from '../i18n/index.js';

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <NativeSelect
      size="xs"
      aria-label={t('common:interface-language')}
      value={i18n.language}
      data={TONGUE_TAGS.map((tag) => ({ value: tag, label: TONGUES[tag].name }))}
      onChange={(event) => {
        const chosen = TONGUE_TAGS.find((tag) => tag === event.currentTarget.value);
        if (chosen !== undefined) void speak(chosen);
      }}
    />
  );
}
