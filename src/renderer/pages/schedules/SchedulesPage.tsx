import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

export function SchedulesPage() {
  const t = useT();
  return <Page title={t('window.pages.schedules')}>{null}</Page>;
}
