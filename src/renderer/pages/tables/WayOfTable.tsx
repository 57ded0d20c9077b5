import { Text } from '@mantine/core';
import type { TableRow } from '../../../shared/contract.ts';
import type { TableState } from '../../../shared/window/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { chooserOf, reasonIn, wayOf } from './way.ts';

/** How a table is copied, and why so. */
export function WayOfTable({ state }: { readonly state: TableState }) {
  const t = useT();
  const known = wayOf(state);
  const way = known ?? 'none';
  return (
    <>
      <Text>
        {t(`tablesPage.way.${way}`)}
        {known !== null && ` (${t(`tablesPage.chooser.${chooserOf(state)}`)})`}
      </Text>
      <Text c="dimmed">{t(`tablesPage.explain.${way}`)}</Text>
      {state.last !== null && <WhyLast run={state.last} />}
    </>
  );
}

/** It stands in the log of the batch; one that is no longer kept has nothing to say. */
function WhyLast({ run }: { readonly run: TableRow }) {
  const t = useT();
  const { data } = useCall('batch', run.batch_id);
  const reason = data === undefined ? null : reasonIn(data.events, run);
  return reason === null ? null : <Text c="dimmed">{t(`tablesPage.reason.${reason}`)}</Text>;
}
