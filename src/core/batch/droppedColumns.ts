import { z } from 'zod';
import { NoticeCode } from '../../shared/notices.ts';
import { tableFacts } from '../catalogue/facts.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { WritableJournal } from '../journal/journal.ts';
import { ident, qualified } from '../postgres/quote.ts';
import { parseJson } from '../postgres/readJson.ts';
import { STAMP } from '../target/target.ts';
import { tellNotice } from './batchNotices.ts';
import type { ConnectionWork, RunContext } from './connectionRun.ts';

type Notes = Pick<WritableJournal, 'serviceNote' | 'setServiceNote'>;

const noteOf = (connection: string): string => `dropped_columns/${connection}`;
const noted = z.record(z.string(), z.array(z.string()));

function read(journal: Notes, connection: string): Record<string, readonly string[]> {
  return noted.safeParse(journal.serviceNote(noteOf(connection))).data ?? {};
}

/**
 * Stores which columns a source's tables have lost (dropped or renamed), until a batch reports them. It has to be noticed
 * here, because at central such a column looks like one of head office's own.
 *
 * @param before the stored facts of the tables, by name
 * @param fresh the new facts of tables that have changed
 */
export function noteDroppedColumns(
  journal: Notes,
  connection: string,
  before: ReadonlyMap<string, string>,
  fresh: ReadonlyMap<string, string>,
): void {
  const found = [...fresh].flatMap(([table, text]) => {
    const now = columnsOf(text);
    const gone = now === null ? [] : (columnsOf(before.get(table)) ?? []).filter((one) => !now.includes(one));
    return gone.length === 0 ? [] : [[table, gone] as const];
  });
  if (found.length === 0) return;
  const all = read(journal, connection);
  for (const [table, gone] of found) all[table] = [...new Set([...(all[table] ?? []), ...gone])];
  journal.setServiceNote(noteOf(connection), all);
}

function columnsOf(text: string | undefined): readonly string[] | null {
  const facts = text === undefined ? null : parseJson(tableFacts, text);
  return facts === null ? null : (facts.columns ?? []).map(([name]) => name);
}

/**
 * Reports once the columns that the branch has dropped or renamed and that head office keeps with their values.
 *
 * @param existing the tables of this run as central has them
 */
export function tellDroppedColumns(
  run: RunContext,
  { connection, tables }: ConnectionWork,
  existing: readonly TableShape[],
): void {
  const { journal } = run;
  const all = read(journal, connection.id);
  const mine = tables.flatMap(({ shape }) => {
    const gone = shape === null ? undefined : all[shape.name];
    return shape === null || gone === undefined ? [] : [{ shape, gone }];
  });
  if (mine.length === 0) return;
  for (const { shape, gone } of mine) {
    const there = existing.find((one) => one.name === shape.name);
    const has = (table: TableShape, name: string): boolean =>
      table.columns.some((one) => one.name === name && !one.generated);
    const kept = gone.filter((one) => one !== STAMP && there !== undefined && has(there, one));
    const columns = kept.filter((one) => !has(shape, one));
    delete all[shape.name];
    if (there === undefined || columns.length === 0) continue;
    const drops = columns.map((one) => `DROP COLUMN ${ident(one)}`).join(', ');
    const sql = `ALTER TABLE ${qualified(there.schema, there.name)} ${drops};`;
    const params = { columns: columns.join(', '), sql };
    tellNotice(run, connection.id, shape.name, { code: NoticeCode.ColumnsKept, params });
  }
  const left = Object.keys(all).length === 0 ? null : all;
  journal.togetherLazily(() => journal.setServiceNote(noteOf(connection.id), left));
}
