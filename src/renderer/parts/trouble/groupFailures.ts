import { type TableRow, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import { FailureCode } from '../../../shared/errors.ts';
import { compareNames, quotedName } from '../../../shared/naming.ts';
import { TableStatus } from '../../../shared/status.ts';
import { failureOfRow } from '../../../shared/texts/failureOfRow.ts';
import type { Language } from '../../../shared/texts/language.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { sayFailure } from '../../words/failure.ts';

/** Names that a next step can hold and is still read. */
const NAMES_IN_NEXT = 8;

/** Tables that failed for one reason, and that reason in words. */
export interface FailureGroup {
  readonly code: FailureCode;
  readonly sentence: string;
  readonly next: string;
  readonly rows: readonly TableRow[];
}

/**
 * Puts failed tables together that failed for the same reason: when head office is away, 120 tables are one
 * sentence. What is of a table alone (its name, its numbers) does not make another reason.
 *
 * @param rows of a batch; those that have not failed are passed over
 * @param labelOf the name of a connection by its id
 * @returns the reason of most tables first
 */
export function groupFailures(
  rows: readonly TableRow[],
  t: Translate,
  labelOf: (connection: string) => string,
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
    .map((group) => say(group.toSorted(byName), t, labelOf))
    .sort((a, b) => b.rows.length - a.rows.length);
}

const byName = (a: TableRow, b: TableRow): number => compareNames(a.table_name, b.table_name);

/** Whether the sentence itself says which table it is about, so that a list of one need not. */
export function namesItsTable({ rows, sentence }: FailureGroup): boolean {
  const [row] = rows;
  if (rows.length !== 1 || row === undefined || row.table_name === UNKNOWN_TABLES) return false;
  return sentence.split(/[\s,.;:()]+/).includes(row.table_name);
}

/** By row: while 2,000 tables run, rows come five times a second, and all but a few are those of before. */
const reasons = new WeakMap<TableRow, { readonly language: Language; readonly reason: string }>();

function reasonOf(row: TableRow, t: Translate): string {
  const known = reasons.get(row);
  if (known?.language === t.language) return known.reason;
  const reason = withoutOwn(row, t);
  reasons.set(row, { language: t.language, reason });
  return reason;
}

/** What the failure says where nothing of it is of one table only. */
function withoutOwn(row: TableRow, t: Translate): string {
  const { code, params } = failureOfRow(row);
  const { sentence, next } = t.failure({ code, params: { ...params, table: '', deletes: 0, rows: 0 } });
  return [code, sentence, next].join('\n');
}

function say(rows: readonly TableRow[], t: Translate, labelOf: (connection: string) => string): FailureGroup {
  const failures = rows.map(failureOfRow);
  const [first] = failures;
  if (first === undefined) throw new Error('A group has a row.');
  const sum = (name: 'deletes' | 'rows'): number =>
    failures.reduce((total, { params }) => total + Number(params[name] ?? 0), 0);
  const { code } = first;
  const params = {
    ...first.params,
    ...(code === FailureCode.TooManyDeletes ? { deletes: sum('deletes'), rows: sum('rows') } : {}),
  };
  const called = (name: string) => (rows.length > 1 ? { ...params, table: name } : params);
  const tables = called(t('troubles.tables', { count: rows.length }));
  const { sentence } = sayFailure({ code, params: tables }, t, labelOf);
  // As a statement has them: what is to be run can be copied.
  const isStatement = code === FailureCode.SourcePermission;
  const named = (name: string): string => (isStatement ? quotedName(name) : name);
  const known = rows.map((row) => row.table_name).filter((name) => name !== UNKNOWN_TABLES);
  const isShort = known.length === rows.length && rows.length <= NAMES_IN_NEXT;
  const names = isShort ? known.map(named).join(', ') : t('troubles.theseTables');
  const { user } = first.params;
  const told = {
    ...called(names),
    ...(isStatement && isShort ? { table: names } : {}),
    ...(isStatement && typeof user === 'string' ? { user: quotedName(user) } : {}),
  };
  const { next } = sayFailure({ code, params: told }, t, labelOf);
  return { code, sentence, next, rows };
}
