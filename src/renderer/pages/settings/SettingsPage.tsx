import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

export function SettingsPage() {
  const t = useT();
  return <Page title={t('window.pages.settings')}>{null}</Page>;
}
