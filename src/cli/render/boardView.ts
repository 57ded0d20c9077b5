import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../shared/format.ts';
import { visible } from '../../shared/visible.ts';
import type { Board, RunningTable } from '../progress/board.ts';
import { padEnd, padStart, truncate } from './columns.ts';
import type { Look } from './marks.ts';

const BAR = 20;
const NAME = 28;

/** The live lines: one a running table, then the total. Never wider than the terminal. */
export function renderBoard(board: Board, look: Look): string[] {
  const severalConnections = new Set(board.running.map((table) => table.connection)).size > 1;
  return [
    ...board.running.map((table) => renderRunning(table, severalConnections, look)),
    renderTotal(board, look),
  ];
}

function renderRunning(table: RunningTable, withConnection: boolean, look: Look): string {
  const { t, colors } = look;
  const name = visible(withConnection ? `${table.connection}/${table.table}` : table.table);
  const fraction = table.estimatedRows ? Math.min(1, table.rows / table.estimatedRows) : null;
  const facts = [
    t('cli.progress.rowsWord', { rows: formatCount(table.rows, t.language) }),
    formatBytes(table.bytes, t.language),
  ];
  if (table.rowsPerSecond !== null) facts.push(formatRate(table.rowsPerSecond, t.language));
  if (table.etaSeconds !== null) {
    facts.push(t('cli.progress.left', { time: formatDuration(table.etaSeconds, t.language) }));
  }
  const percent = padStart(fraction === null ? '' : formatPercent(fraction, t.language), 4);
  // Bars take the room that a narrow terminal does not have.
  const showBar = look.width >= NAME + BAR + 40;
  const room = Math.min(NAME, look.width - 1);
  const head = `${padEnd(truncate(name, room), room)} `;
  const bar = showBar ? `${renderBar(fraction, look)} ` : '';
  const left = look.width - room - 1 - (showBar ? BAR + 1 : 0);
  return `${head}${colors.cyan(bar)}${truncate(`${percent}  ${facts.join('  ')}`, left)}`;
}

function renderTotal(board: Board, look: Look): string {
  const { t, colors } = look;
  const facts = [
    t('cli.progress.total', {
      done: formatCount(board.done, t.language),
      total: formatCount(board.total, t.language),
    }),
    t('cli.progress.rowsWord', { rows: formatCount(board.rows, t.language) }),
    formatBytes(board.bytes, t.language),
  ];
  if (board.failed > 0) {
    facts.splice(1, 0, `${formatCount(board.failed, t.language)} ${t('words.table.failed')}`);
  }
  if (board.rowsPerSecond !== null) facts.push(formatRate(board.rowsPerSecond, t.language));
  if (board.rowsPerSecond !== null && board.rowsPerSecond > 0 && board.rowsLeft !== null) {
    const seconds = board.rowsLeft / board.rowsPerSecond;
    facts.push(t('cli.progress.left', { time: formatDuration(seconds, t.language) }));
  }
  return colors.bold(truncate(facts.join('  '), look.width));
}

/** Without an estimate the bar stays empty: a bar that guesses lies. */
function renderBar(fraction: number | null, look: Look): string {
  const full = Math.floor((fraction ?? 0) * BAR);
  const [on, off] = look.unicode ? ['█', '░'] : ['#', '.'];
  return on.repeat(full) + off.repeat(BAR - full);
}
