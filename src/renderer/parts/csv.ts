import { visibleLines } from '../../shared/visible.ts';

export type Value = string | number | null;

/** Marks the file as UTF-8 for spreadsheets, which would otherwise misread accented letters. */
const BYTE_ORDER_MARK = '\ufeff';

/** Comma-separated values by RFC 4180. */
export function csv(lines: readonly (readonly Value[])[]): string {
  return BYTE_ORDER_MARK + lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function field(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = harmless(visibleLines(value));
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Matches where a spreadsheet may see the start of a formula. Spreadsheets in other languages split fields at
 * semicolons or tabs, and then ignore quotes inside a field, so those positions count too. A comma needs no
 * check: where it is the separator, the quotes around our field protect it.
 */
const FORMULA = /(^|[;\t\r\n])([\s"]*)(?=[=+\-@＝＋－＠])/g;

/**
 * Prefixes an apostrophe to anything that a spreadsheet could run as a formula, such as a hostile table name
 * or server message (OWASP, "CSV Injection"). Some spreadsheets accept full-width signs too.
 */
function harmless(text: string): string {
  const safe = text.replace(FORMULA, "$1$2'");
  return /^[\t\r\n]/.test(safe) ? `'${safe}` : safe;
}
