import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

export function ConnectionsPage() {
  const t = useT();
  return <Page title={t('window.pages.connections')}>{null}</Page>;
}
