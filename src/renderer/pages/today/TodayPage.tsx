import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

export function TodayPage() {
  const t = useT();
  return <Page title={t('window.pages.today')}>{null}</Page>;
}
