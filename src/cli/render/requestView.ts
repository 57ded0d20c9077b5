import { formatDateTime } from '../../shared/format.ts';
import type { ListedRequest } from '../../shared/officeRequests.ts';
import { sayRequestAction, sayRequestCode, sayRequestState } from '../../shared/texts/requestText.ts';
import { renderColumns } from './columns.ts';
import type { Look } from './marks.ts';

/** A line for each request. Every value may be what somebody has written into the table. */
export function renderRequests(requests: readonly ListedRequest[], look: Look): string[] {
  const { t, colors } = look;
  const rows = requests.map(({ at, connection, action, by, state, code, batch }) => {
    const isBad = state === 'refused' || state === 'failed';
    const why = [...(code === null ? [] : [sayRequestCode(code, t)]), ...(batch === null ? [] : [batch])];
    return [
      { text: formatDateTime(at, t.language) },
      { text: connection },
      { text: sayRequestAction(action, t) },
      { text: by ?? '–' },
      { text: sayRequestState(state, t), ...(isBad && { paint: colors.red }) },
      { text: why.join(', ') },
    ];
  });
  const columns = [
    { title: t('requests.column.at') },
    { title: t('requests.column.branch'), shrinks: true },
    { title: t('requests.column.action') },
    { title: t('requests.column.by'), shrinks: true },
    { title: t('requests.column.state') },
    { title: t('requests.column.why') },
  ] as const;
  return renderColumns(columns, rows, { ...look, width: Number.POSITIVE_INFINITY });
}
