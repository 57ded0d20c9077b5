import { formatBytes, formatCount, formatDateTime, formatDuration } from '../../shared/format.ts';
import { tablesWord } from '../../shared/printedCommands.ts';
import { assertNever } from '../../shared/status.ts';
import {
  collidingRows,
  isMendable,
  isProved,
  type VerifyReport,
  VerifyResult,
  type VerifyRow,
} from '../../shared/verify.ts';
import { visible } from '../../shared/visible.ts';
import { type Cell, renderColumns, renderLabelled } from './columns.ts';
import { type Look, painted, verifyMark } from './marks.ts';

/** Ranges listed per table; the journal keeps more. */
const LISTED_RANGES = 5;

/** One line for a compared table. */
export function renderVerified(row: VerifyRow, look: Look): string {
  return `${painted(verifyMark(row.result, look))}  ${row.connection}/${visible(row.table_name)}: ${sentence(row, look)}`;
}

/** All compared tables, with details and next steps for those not verified identical. */
export function renderVerifyReport({ tables }: VerifyReport, look: Look, repairWith: string): string[] {
  const { t, colors } = look;
  const open = tables.filter((row) => !isProved(row));
  const columns = [
    { title: t('cli.column.connection') },
    { title: t('cli.column.table'), shrinks: true },
    { title: t('cli.column.status') },
    { title: t('cli.column.branchRows'), align: 'right' },
    { title: t('cli.column.centralRows'), align: 'right' },
    { title: t('cli.column.ranges'), align: 'right' },
    { title: t('cli.column.duration'), align: 'right' },
  ] as const;
  const mendable = open.some(isMendable);
  return [
    ...renderColumns(
      columns,
      tables.map((row) => cells(row, look)),
      look,
    ),
    ...open.flatMap((row) => renderOpen(row, look)),
    '',
    open.length === 0
      ? colors.green(t('cli.verify.allProved', { count: tables.length }))
      : colors.yellow(t('cli.verify.notProved', { open: open.length, count: tables.length })),
    ...(mendable ? [t('cli.verify.repairWith'), `  ${colors.bold(repairWith)}`] : []),
  ];
}

function cells(row: VerifyRow, look: Look): Cell[] {
  const { language } = look.t;
  const count = (value: number | null): string => (value === null ? '' : formatCount(value, language));
  return [
    { text: row.connection },
    { text: row.table_name },
    verifyMark(row.result, look),
    { text: count(row.source_rows) },
    { text: count(row.central_rows) },
    { text: row.differing_ranges > 0 ? `${count(row.differing_ranges)}/${count(row.buckets)}` : '' },
    { text: formatDuration(row.duration_seconds, language) },
  ];
}

/** Details of a table that is not verified identical. */
function renderOpen(row: VerifyRow, look: Look): string[] {
  const { t, colors } = look;
  const facts: [string, string][] = [];
  const ranges = row.differing.filter((one) => one.from !== null || one.to !== null);
  if (ranges.length > 0)
    facts.push([t('cli.verify.keys'), ranges.slice(0, LISTED_RANGES).map(keys).join(', ')]);
  if (row.examples.length > 0)
    facts.push([t('cli.verify.examples'), row.examples.map((key) => key.join('/')).join(', ')]);
  if (row.collisions !== null && row.collisions > 0)
    facts.push([t('cli.verify.collisions'), formatCount(row.collisions, t.language)]);
  if (collidingRows(row) > 0) facts.push([t('cli.status.next'), collisionsNext(row, look)]);
  if (row.left_out.length > 0) facts.push([t('cli.verify.leftOut'), row.left_out.join(', ')]);
  if (row.failure !== null) {
    facts.push([t('cli.status.error'), row.failure.message]);
    facts.push([t('cli.status.next'), failureTexts(row, look).next]);
  }
  return [
    '',
    `${painted(verifyMark(row.result, look))}  ${colors.bold(visible(row.table_name))}, ${row.connection}`,
    `  ${sentence(row, look)}`,
    ...renderLabelled(facts, look, '  '),
  ];
}

function keys({ from, to }: VerifyRow['differing'][number]): string {
  return from === to ? (from ?? '') : `${from ?? '…'}–${to ?? '…'}`;
}

function sentence(row: VerifyRow, look: Look): string {
  const { t } = look;
  const count = (value: number | null): string => formatCount(value ?? 0, t.language);
  const at = row.source_snapshot_at === null ? '' : formatDateTime(row.source_snapshot_at, t.language);
  switch (row.result) {
    case VerifyResult.Equal:
      return t('cli.verify.equal', { rows: count(row.source_rows), at });
    case VerifyResult.Repaired:
      return t('cli.verify.repaired', {
        rows: count(row.repaired_rows),
        deletes: count(row.repaired_deletes),
        bytes: formatBytes(row.repaired_bytes, t.language),
      });
    case VerifyResult.Behind:
      return t('cli.verify.behind', { count: row.differing_ranges, ranges: count(row.differing_ranges) });
    case VerifyResult.Differs:
      if (collidingRows(row) > 0)
        return t('cli.verify.collides', {
          rows: count(collidingRows(row)),
          of: count(row.source_rows),
          missing: count(row.missing_rows),
          others: visible(row.shared_with.join(', ')),
        });
      return row.missing_rows === null
        ? t('cli.verify.differs', {
            count: row.differing_ranges,
            ranges: count(row.differing_ranges),
            source: count(row.source_rows),
            central: count(row.central_rows),
          })
        : t('cli.verify.differsBy', {
            different: count(row.different_rows),
            missing: count(row.missing_rows),
            extra: count(row.extra_rows),
          });
    case VerifyResult.NotCompared:
      return t(`cli.verify.reason.${row.reason ?? 'never_synced'}`);
    case VerifyResult.Failed:
      return failureTexts(row, look).sentence;
    default:
      return assertNever(row.result);
  }
}

function collisionsNext({ connection, table_name: table, shared_with }: VerifyRow, { t }: Look): string {
  const others = visible(shared_with.join(', '));
  const typed = tablesWord([table]);
  const command =
    typed === null
      ? t('words.noCommand')
      : `branchline sync-all --connection ${connection} --tables ${typed} --strategy full`;
  return t('cli.verify.collidesNext', { command, others });
}

function failureTexts(row: VerifyRow, { t }: Look): { readonly sentence: string; readonly next: string } {
  if (row.failure === null) return { sentence: '', next: '' };
  const params = { connection: row.connection, table: row.table_name, ...row.failure.params };
  return t.failure({ code: row.failure.code, params });
}
