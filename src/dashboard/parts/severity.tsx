import { useTranslation } from 'react-i18next';

/** A number in a box that darkens with it. */
export function Severity({ value }: { readonly value: number }) {
  const { t } = useTranslation();
  return (
    <span className="severity" data-severity={value} title={t('queue:severity-of', { value })}>
      {value}
    </span>
  );
}
