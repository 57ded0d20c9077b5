import type { DryRunReport, DryRunTable, RowEstimate } from '../../shared/dryRun.ts';
import { formatBytes, formatCount } from '../../shared/format.ts';
import { becauseOf } from '../../shared/texts/logLine.ts';
import { transferText } from '../../shared/texts/transferText.ts';
import { visible } from '../../shared/visible.ts';
import { type Cell, renderColumns } from './columns.ts';
import type { Look } from './marks.ts';

/** What a run would do, table by table: then what would stop some, and how long sending would take. */
export function renderDryRun({ tables, failures, estimate }: DryRunReport, look: Look): string[] {
  const { t, colors } = look;
  const columns = [
    { title: t('cli.column.table'), shrinks: true },
    { title: t('cli.column.connection'), shrinks: true },
    { title: t('cli.column.strategy') },
    { title: t('cli.column.send'), align: 'right' },
    { title: t('cli.column.bytes'), align: 'right' },
    { title: t('cli.column.deletes'), align: 'right' },
  ] as const;
  const able = tables.filter((one) => one.failure === null);
  return [
    ...renderColumns(
      columns,
      able.map((one) => cells(one, look)),
      look,
    ),
    ...renderReasons(able, look),
    ...renderNamed('cli.dryRun.creates', able, (one) => one.creates, look),
    ...renderNamed('cli.dryRun.alters', able, (one) => one.alters > 0, look),
    ...renderNamed('cli.dryRun.braked', able, (one) => one.braked, look).map(colors.yellow),
    ...tables.flatMap((one) => renderFailure(one, look)),
    ...failures.map(({ connection, failure }) => {
      const params = { connection, ...failure.params };
      return colors.red(`${connection}: ${t.failure({ code: failure.code, params }).sentence}`);
    }),
    '',
    transferText(estimate, t, (bytes) => formatBytes(bytes, t.language)),
    colors.dim(t('cli.dryRun.nothingWritten')),
  ];
}

function cells(one: DryRunTable, { t }: Look): Cell[] {
  return [
    { text: one.table_name },
    { text: one.connection },
    { text: one.strategy === null ? '' : t(`strategy.short.${one.strategy}`) },
    { text: rowsOf(one.send) },
    { text: one.bytes === null ? '?' : about(formatBytes(one.bytes, t.language), one.bytes === 0) },
    { text: rowsOf(one.deletes) },
  ];

  function rowsOf(count: RowEstimate | null): string {
    return count === null ? '?' : about(formatCount(count.rows, t.language), count.exact);
  }
}

function about(text: string, exact: boolean): string {
  return exact ? text : `~${text}`;
}

/** Why each strategy: one line for all tables with the same reason. */
function renderReasons(tables: readonly DryRunTable[], look: Look): string[] {
  const { t } = look;
  const byReason = Map.groupBy(tables, (one) => one.reason);
  const lines = [...byReason].flatMap(([reason, some]) => {
    const because = becauseOf({ reason }, t);
    return because === null ? [] : [t('cli.dryRun.why', { because, names: namesOf(some, look) })];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function renderNamed(
  key: 'cli.dryRun.creates' | 'cli.dryRun.alters' | 'cli.dryRun.braked',
  tables: readonly DryRunTable[],
  has: (one: DryRunTable) => boolean,
  look: Look,
): string[] {
  const some = tables.filter(has);
  if (some.length === 0) return [];
  return ['', look.t(key, { names: namesOf(some, look) })];
}

/** How many tables a line names; `--json` has them all. */
const NAMED = 8;

function namesOf(tables: readonly DryRunTable[], { t }: Look): string {
  const names = tables
    .slice(0, NAMED)
    .map((one) => visible(one.table_name))
    .join(', ');
  const count = tables.length - NAMED;
  return count <= 0 ? names : t('cli.status.namesAndMore', { names, count });
}

function renderFailure({ connection, table_name, failure }: DryRunTable, { t, colors }: Look): string[] {
  if (failure === null) return [];
  const { sentence, next } = t.failure({
    code: failure.code,
    params: { connection, table: table_name, ...failure.params },
  });
  return ['', colors.red(`${connection}/${visible(table_name)}: ${sentence}`), `  ${next}`];
}
