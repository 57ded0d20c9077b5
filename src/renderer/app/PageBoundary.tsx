import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import { Page } from '../parts/Page.tsx';
import { useT } from '../words/LanguageProvider.tsx';

interface Props {
  /** Another place is another try. */
  readonly place: string;
  readonly children: ReactNode;
}

/**
 * Keeps a page that breaks from taking the whole window with it: React empties everything up to the next boundary,
 * and without this one nothing is left to click.
 */
export class PageBoundary extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override componentDidUpdate({ place }: Props): void {
    if (this.state.broken && place !== this.props.place) this.setState({ broken: false });
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const t = useT();
  return (
    <Page title={t('window.broken')}>
      <Alert
        color="red"
        role="alert"
        icon={<IconAlertTriangle aria-hidden />}
        title={t('window.brokenMeans')}
      >
        <Text size="sm">{t('window.brokenNext')}</Text>
        <Button mt="sm" size="xs" variant="default" onClick={() => window.location.reload()}>
          {t('window.loadWindow')}
        </Button>
      </Alert>
    </Page>
  );
}
