import { useTranslation } from 'react-i18next';

/** Heading of the page and name of the tab. */
export function PageTitle({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <>
      <title>{`${text} · ${t('common:name')}`}</title>
      <h1>{text}</h1>
    </>
  );
}
