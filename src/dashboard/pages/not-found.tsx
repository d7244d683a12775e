import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PageTitle } from '../parts/page-title.js';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <section className="sheet">
      <PageTitle text={t('common:not-found')} />
      <p>
        <Link to="/">{t('common:back')}</Link>
      </p>
    </section>
  );
}
