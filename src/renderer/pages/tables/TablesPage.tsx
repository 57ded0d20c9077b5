import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

/** @param props.chosen the table whose details are open */
export function TablesPage({
  chosen = null,
}: {
  readonly chosen?: { readonly connection: string; readonly table: string } | null;
}) {
  const t = useT();
  return <Page title={t('window.pages.tables')}>{chosen?.table ?? null}</Page>;
}
