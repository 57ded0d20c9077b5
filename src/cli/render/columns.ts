import textWidth from 'fast-string-width';
import { visible, visibleLines } from '../../shared/visible.ts';
import type { Look } from './marks.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Shortened first if the terminal is narrow. */
  readonly shrinks?: boolean;
}

/** A cell's text is made {@link visible}, cut and padded as plain text, and then coloured. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const GAP = '  ';
const SMALLEST = 8;

/** An aligned table: a title line, then one line per row. */
export function renderColumns(
  columns: readonly Column[],
  cells: readonly (readonly Cell[])[],
  look: Look,
): string[] {
  const rows = cells.map((row) => row.map((cell) => ({ ...cell, text: visible(cell.text) })));
  const widths = shrink(columns, naturalWidths(columns, rows), look.width);
  const titles = columns.map((column): Cell => ({ text: column.title, paint: look.colors.dim }));
  return [titles, ...rows].map((row) => renderRow(columns, row, widths));
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map((column, index) =>
    Math.max(textWidth(column.title), ...rows.map((row) => textWidth(row[index]?.text ?? ''))),
  );
}

function shrink(columns: readonly Column[], natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - available;
  columns.forEach((column, index) => {
    if (!column.shrinks || excess <= 0) return;
    const width = widths[index] ?? 0;
    const given = Math.min(excess, Math.max(0, width - SMALLEST));
    widths[index] = width - given;
    excess -= given;
  });
  return widths;
}

function renderRow(columns: readonly Column[], row: readonly Cell[], widths: readonly number[]): string {
  const cells = columns.map((column, index) => {
    const cell = row[index] ?? { text: '' };
    const width = widths[index] ?? 0;
    const cut = truncate(cell.text, width);
    const last = index === columns.length - 1;
    const padded = column.align === 'right' ? padStart(cut, width) : last ? cut : padEnd(cut, width);
    return cell.paint ? cell.paint(padded) : padded;
  });
  return cells.join(GAP);
}

/**
 * Cuts a text to this many terminal columns; `…` marks a cut.
 *
 * @param text without colours: a cut escape sequence would colour the rest of the screen
 */
export function truncate(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const width = textWidth(segment);
    if (used + width > columns - 1) break;
    kept += segment;
    used += width;
  }
  return columns < 1 ? '' : `${kept}…`;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - textWidth(text))) + text;
}

/**
 * Lines of `Label  value` with aligned values. Further lines of a value are indented, so that foreign text
 * cannot imitate our own lines.
 */
export function renderLabelled(
  pairs: readonly (readonly [label: string, value: string])[],
  look: Look,
  indent = '',
): string[] {
  const width = Math.max(0, ...pairs.map(([label]) => textWidth(label)));
  const under = `\n${indent}${' '.repeat(width + 2)}`;
  return pairs.map(([label, value]) => {
    const lines = visibleLines(value).replaceAll('\n', under);
    return `${indent}${look.colors.dim(padEnd(label, width))}  ${lines}`;
  });
}
