import type { TableRow } from '../contract.ts';
import { type ErrorParams, FailureCode } from '../errors.ts';
import { compareNames } from '../naming.ts';
import { tablesWord } from '../printedCommands.ts';
import { TableStatus } from '../status.ts';
import type { Language } from './language.ts';
import type { FailureTexts, FailureToExplain, Translate } from './translate.ts';

/** Names that fit into a readable next step. */
const NAMES_IN_NEXT = 8;
/** Statements offered at once. */
const MOST_STATEMENTS = 100;

/** Tables that failed for the same reason, with that reason in words. */
export interface FailureGroup {
  readonly code: FailureCode;
  readonly sentence: string;
  readonly next: string;
  readonly rows: readonly TableRow[];
}

/**
 * Groups failed tables by reason: if head office does not answer, 120 tables become one sentence. Parts that
 * belong to a single table (its name, its numbers, its SQL) do not make a different reason.
 *
 * @param rows of a batch; rows that have not failed are ignored
 * @param say puts one failure into words
 * @returns the most frequent reason first
 */
export function groupByReason(
  rows: readonly TableRow[],
  t: Translate,
  say: (failure: FailureToExplain) => FailureTexts,
): readonly FailureGroup[] {
  const groups = new Map<string, TableRow[]>();
  for (const row of rows) {
    if (row.status !== TableStatus.Failed) continue;
    const key = reasonOf(row, t);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()]
    .map((group) => sayGroup(group.toSorted(byName), t, say))
    .sort((a, b) => b.rows.length - a.rows.length);
}

const byName = (a: TableRow, b: TableRow): number => compareNames(a.table_name, b.table_name);

/** Cached by row: while 2,000 tables run, rows arrive five times a second, and nearly all are unchanged. */
const reasons = new WeakMap<TableRow, { readonly language: Language; readonly reason: string }>();

function reasonOf(row: TableRow, t: Translate): string {
  const known = reasons.get(row);
  if (known?.language === t.language) return known.reason;
  const reason = withoutOwn(row, t);
  reasons.set(row, { language: t.language, reason });
  return reason;
}

/** The failure's text without anything that belongs to a single table. */
function withoutOwn(row: TableRow, t: Translate): string {
  const { code, params } = failureOfRow(row);
  const own = {
    table: '',
    name: '',
    tables: 'x',
    deletes: 0,
    rows: 0,
    gone: 0,
    all: 0,
    sql: '',
    count: 0,
    ...ownOf(code),
  };
  const { sentence, next } = t.failure({ code, params: { ...params, ...own } });
  return [code, sentence, next].join('\n');
}

/** Values that differ for each table, and that the offered statement contains too. */
function ownOf(code: FailureCode): ErrorParams {
  return code === FailureCode.CentralKeyMissing ? { columns: '' } : {};
}

function sayGroup(
  rows: readonly TableRow[],
  t: Translate,
  say: (failure: FailureToExplain) => FailureTexts,
): FailureGroup {
  const failures = rows.map(failureOfRow);
  const [first] = failures;
  if (first === undefined) throw new Error('A group has a row.');
  const { code } = first;
  if (rows.length === 1) return { code, ...say(first), rows };
  const sum = (name: 'deletes' | 'rows' | 'gone'): number =>
    failures.reduce((total, { params }) => total + Number(params[name] ?? 0), 0);
  const params = {
    ...first.params,
    ...(code === FailureCode.TooManyDeletes
      ? { deletes: sum('deletes'), rows: sum('rows'), gone: sum('gone') }
      : {}),
    // The deletes and row counts belong to the whole connection.
    ...(code === FailureCode.TooManyDeletesInAll ? { deletes: sum('deletes') } : {}),
    ...(code === FailureCode.CentralKeyMissing ? { columns: columnsOf(failures, t) } : {}),
    sql: statementsOf(failures, t),
    count: rows.length,
  };
  const { sentence } = say({
    code,
    params: { ...params, table: t('troubles.tables', { count: rows.length }) },
  });
  const known = rows.filter((row) => !row.all_tables).map((row) => row.table_name);
  const isShort = known.length === rows.length && rows.length <= NAMES_IN_NEXT;
  const tables = tablesWord(rows.map((row) => row.table_name)) ?? '';
  const names = isShort ? known.join(', ') : t('troubles.theseTables');
  const { next } = say({ code, params: { ...params, table: names, tables } });
  return { code, sentence, next, rows };
}

function columnsOf(failures: readonly FailureToExplain[], t: Translate): string {
  const all = new Set(failures.map(({ params }) => String(params.columns ?? '')));
  const [only] = all;
  return all.size === 1 && only !== undefined ? only : t('troubles.keyColumns');
}

/** The statements of all tables, each once; a comment says how many are left out. */
function statementsOf(failures: readonly FailureToExplain[], t: Translate): string {
  const lines = failures.flatMap((one) => t.sqlOf(one).split('\n'));
  const all = [...new Set(lines)].filter((line) => line !== '');
  const left = all.length - MOST_STATEMENTS;
  return left <= 0 ? all.join('\n') : [...all.slice(0, MOST_STATEMENTS), `-- + ${left}`].join('\n');
}

const CODES: ReadonlySet<string> = new Set(Object.values(FailureCode));

/**
 * A table run's failure, ready to be put into words. A code that this version does not know (written by a
 * newer or older one) is explained as unexpected; the server's own message is shown next to it.
 */
export function failureOfRow(row: TableRow): FailureToExplain {
  const code = row.error_detail?.code ?? row.error_code ?? FailureCode.Internal;
  return {
    code: isFailureCode(code) ? code : FailureCode.Internal,
    params: { connection: row.connection, table: row.table_name, ...row.error_detail?.params },
  };
}

function isFailureCode(code: string): code is FailureCode {
  return CODES.has(code);
}
