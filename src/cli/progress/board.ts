import type { RunningTable, RunView, TableOutcome, TableRow } from '../../shared/contract.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../shared/format.ts';
import { TableStatus } from '../../shared/status.ts';
import { visible } from '../../shared/visible.ts';
import { padEnd, padStart, truncate } from '../render/columns.ts';
import type { Look } from '../render/marks.ts';

/** In a batch of more tables, unchanged ones are counted instead of listed. */
const LISTED_TABLES = 20;
/** A table that took longer gets a line even if nothing changed. */
const LONG_SECONDS = 10;

/** Whether a batch is so large that its unchanged tables are only counted. */
export function sumsUp(tables: number): boolean {
  return tables > LISTED_TABLES;
}

/** Whether a table succeeded at the first attempt without changing a row. */
export function isUnchangedRow(row: TableRow): boolean {
  const { status, records_processed, records_deleted, retry_count, duration_seconds } = row;
  return (
    status === TableStatus.Completed &&
    records_processed + records_deleted + retry_count === 0 &&
    (duration_seconds ?? 0) < LONG_SECONDS
  );
}

/** {@link isUnchangedRow} for a run that has just ended. */
export function isUnchanged({ status, processed, deleted, durationSeconds }: TableOutcome): boolean {
  return status === TableStatus.Completed && processed + deleted === 0 && durationSeconds < LONG_SECONDS;
}

const BAR = 20;
const NAME = 28;

/** The live lines: one per running table, then the total. Never wider than the terminal. */
export function renderBoard(run: RunView, look: Look): string[] {
  const severalConnections = new Set(run.tables.map((table) => table.connection)).size > 1;
  return [
    ...run.tables.map((table) => renderRunning(table, severalConnections, look)),
    renderTotal(run, look),
  ];
}

function renderRunning(table: RunningTable, withConnection: boolean, look: Look): string {
  const { t, colors } = look;
  const name = visible(withConnection ? `${table.connection}/${table.table}` : table.table);
  const rows = table.processed + table.skipped;
  const fraction = table.estimatedRows ? Math.min(1, rows / table.estimatedRows) : null;
  const facts = [
    t('counts.checked', { count: rows, number: formatCount(rows, t.language) }),
    formatBytes(table.bytes, t.language),
  ];
  if (table.rowsPerSecond !== null) facts.push(formatRate(table.rowsPerSecond, t.language));
  if (table.etaSeconds !== null) {
    facts.push(t('cli.progress.left', { time: formatDuration(table.etaSeconds, t.language) }));
  }
  const percent = padStart(fraction === null ? '' : formatPercent(fraction, t.language), 4);
  // A narrow terminal has no room for bars.
  const showBar = look.width >= NAME + BAR + 40;
  const room = Math.min(NAME, look.width - 1);
  const head = `${padEnd(truncate(name, room), room)} `;
  const bar = showBar ? `${renderBar(fraction, look)} ` : '';
  const left = look.width - room - 1 - (showBar ? BAR + 1 : 0);
  return `${head}${colors.cyan(bar)}${truncate(`${percent}  ${facts.join('  ')}`, left)}`;
}

function renderTotal(run: RunView, look: Look): string {
  const { t, colors } = look;
  const facts = [
    t('cli.progress.total', {
      done: formatCount(run.doneTables, t.language),
      total: formatCount(run.totalTables, t.language),
    }),
    t('counts.checked', { count: run.checked, number: formatCount(run.checked, t.language) }),
    formatBytes(run.bytes, t.language),
  ];
  if (run.failedTables > 0) {
    facts.splice(1, 0, `${formatCount(run.failedTables, t.language)} ${t('words.table.failed')}`);
  }
  if (run.waitingSeconds !== null) {
    const duration = formatDuration(run.waitingSeconds, t.language);
    return colors.bold(
      truncate([...facts, t('words.waitingForCentral', { duration })].join('  '), look.width),
    );
  }
  if (run.rowsPerSecond !== null) facts.push(formatRate(run.rowsPerSecond, t.language));
  facts.push(
    run.etaSeconds === null
      ? t('counts.estimating')
      : t('cli.progress.left', { time: formatDuration(run.etaSeconds, t.language) }),
  );
  return colors.bold(truncate(facts.join('  '), look.width));
}

/** Without an estimate the bar stays empty instead of guessing. */
function renderBar(fraction: number | null, look: Look): string {
  const full = Math.floor((fraction ?? 0) * BAR);
  const [on, off] = look.unicode ? ['█', '░'] : ['#', '.'];
  return on.repeat(full) + off.repeat(BAR - full);
}
