import { Alert } from '@mantine/core';
import { TableStatus } from '../../../shared/status.ts';
import type { TableState } from '../../../shared/window/views.ts';
import { useLive } from '../../data/liveStore.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/** What is being done with a table at this moment. */
export function TableNow({ state }: { readonly state: TableState }) {
  const t = useT();
  const format = useFormat();
  const live = useLive();
  const isThis = (one: { readonly connection: string; readonly table: string }): boolean =>
    one.connection === state.connection && one.table === state.table;
  const run = live?.run?.tables.find(isThis);
  if (run !== undefined) {
    const number = format.count(run.processed + run.skipped);
    return <Alert color="branch">{t('tablesPage.detail.running', { number })}</Alert>;
  }
  if (live?.verifying && isThis(live.verifying))
    return <Alert color="branch">{t('tablesPage.detail.verifying')}</Alert>;
  if (state.now === TableStatus.Pending)
    return <Alert color="branch">{t('tablesPage.detail.waiting')}</Alert>;
  return null;
}
