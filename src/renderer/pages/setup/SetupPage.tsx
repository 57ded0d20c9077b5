import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

export function SetupPage() {
  const t = useT();
  return <Page title={t('window.pages.setup')}>{null}</Page>;
}
