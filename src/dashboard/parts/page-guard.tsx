/** A page that breaks says so and leaves the rest standing; after an update of the server the new one is fetched. */
import { Alert, Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

function Broken({ error }: { readonly error: Error }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" title={t('common:broken')} role="alert">
      <p className="no-margin">{t('common:broken.why')}</p>
      <p className="mono quiet" dir="ltr" lang="en">
        {error.message}
      </p>
      <Button onClick={() => window.location.reload()}>{t('common:reload')}</Button>
    </Alert>
  );
}

interface GuardProps {
  /** Another place, another try. */
  readonly place: string;
  readonly children: ReactNode;
}
interface GuardState {
  readonly error: Error | null;
  readonly place: string;
}

/** React catches what a page throws in a class alone. */
export class PageGuard extends Component<GuardProps, GuardState> {
  override state: GuardState = { error: null, place: this.props.place };

  static getDerivedStateFromError(thrown: unknown): Partial<GuardState> {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  static getDerivedStateFromProps({ place }: GuardProps, state: GuardState): GuardState | null {
    return place === state.place ? null : { error: null, place };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <Broken error={this.state.error} />;
  }
}
