import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

export function HistoryPage() {
  const t = useT();
  return <Page title={t('window.pages.history')}>{null}</Page>;
}
