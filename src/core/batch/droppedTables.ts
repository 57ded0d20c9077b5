import { z } from 'zod';
import { compileNames } from '../../shared/naming.ts';
import { NoticeCode } from '../../shared/notices.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { ReadableJournal } from '../journal/journal.ts';
import type { Link } from '../postgres/link.ts';
import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import { readJson, serverName } from '../postgres/readJson.ts';
import type { Statement, StatementResult } from '../postgres/session.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { layoutOf, STAMP } from '../target/target.ts';
import { tellNotice } from './batchNotices.ts';
import type { ConnectionWork, RunContext } from './connectionRun.ts';

/** A table that the branch has dropped or renamed, and whose rows head office still has. */
const left = z.object({ table: z.string(), since: z.string() });
export type DroppedTable = z.output<typeof left>;

const noteOf = (connection: string): string => `left_behind/${connection}`;

/** The dropped tables of a connection, as the journal keeps them. */
export function droppedTables(journal: ReadableJournal, connection: string): readonly DroppedTable[] {
  return z.array(left).safeParse(journal.serviceNote(noteOf(connection))).data ?? [];
}

/** The question that {@link tellDroppedTables} begins with; null if not all tables of the branch were read. */
export function copiedTablesQuery({ connection, there }: ConnectionWork): Statement | null {
  return there === null ? null : { text: oneLine(COPIED_COUNT), values: [connection.id] };
}

/**
 * Finds tables that were copied before and that the branch no longer has, keeps them in the journal and emits a notice.
 * The notice comes until somebody removes their rows at head office or takes them out of the settings. Branchline
 * removes no rows of such a table: it may have been renamed, or be missing by mistake.
 *
 * @param link to central, outside of a transaction
 * @param schema of central that has the connection's tables
 * @param checkpoints of the tables of this run
 * @param counted result of {@link copiedTablesQuery}
 */
export async function tellDroppedTables(
  run: RunContext,
  { connection, tables, there }: ConnectionWork,
  link: Link,
  schema: string,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  counted: StatementResult | null,
): Promise<void> {
  const { journal, ports } = run;
  const before = droppedTables(journal.reader, connection.id);
  const back = new Set(tables.filter((one) => one.shape !== null).map((one) => one.table));
  const names =
    there === null
      ? before.map((one) => one.table).filter((name) => !back.has(name))
      : await copiedButGone(run, link, connection.id, schema, { checkpoints, there, counted });
  const at = ports.clock.now().toISOString();
  const now = names.map((table) => before.find((one) => one.table === table) ?? { table, since: at });
  if (JSON.stringify(now) !== JSON.stringify(before))
    journal.togetherLazily(() =>
      journal.setServiceNote(noteOf(connection.id), now.length === 0 ? null : now),
    );
  if (there === null) return;
  const selected = now.map((one) => one.table).filter(selects(connection));
  if (selected.length === 0) return;
  tellNotice(run, connection.id, null, {
    code: NoticeCode.LeftBehind,
    params: { tables: fewOf(selected), connection: connection.id },
  });
}

/** Maximum number of names in the notice. */
const MOST_NAMES = 20;

function fewOf(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? `, … (${names.length})` : '';
  return `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
}

function selects({ tables, exclude }: ConnectionWork['connection']): (table: string) => boolean {
  const named = compileNames(tables.map((one) => (typeof one === 'string' ? one : one.name)));
  const excluded = compileNames(exclude);
  return (table) => named(table) !== null && excluded(table) === null;
}

interface Copied {
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  readonly there: readonly string[];
  readonly counted: StatementResult | null;
}

/** Tables that the branch does not have and that still have rows of the connection at central. */
async function copiedButGone(
  { central }: RunContext,
  link: Link,
  connection: string,
  schema: string,
  { checkpoints, there, counted }: Copied,
): Promise<readonly string[]> {
  const { session, version } = link;
  const atBranch = new Set(there);
  const known = [...checkpoints.values()].filter(
    ({ state, table }) => state !== 'new' && atBranch.has(table),
  );
  // On most days there are as many as we know.
  if (counted?.rows[0]?.rows === String(known.length)) return [];
  const { rows } = await session.query(oneLine(COPIED), [connection]);
  const copied = readJson(session, z.array(serverName), rows[0]?.copied ?? '[]', 'tables with a checkpoint');
  const gone = copied.filter((name) => !atBranch.has(name));
  if (gone.length === 0) return [];
  const shapes = await readTables(session, version, schema, gone);
  const found: string[] = [];
  for (const shape of shapes)
    if (await hasRows(link, shape, layoutOf(central, shape) === 'stamp' ? connection : null))
      found.push(shape.name);
  return found;
}

const FROM_COPIED = `FROM branchline.checkpoints k
  WHERE k.connection OPERATOR(pg_catalog.=) $1 AND k.state OPERATOR(pg_catalog.<>) 'new'`;
/** Tables with a checkpoint: their number, and their names. */
const COPIED_COUNT = `SELECT pg_catalog.count(*) AS rows ${FROM_COPIED}`;
const COPIED = `SELECT pg_catalog.json_agg(k.table_name) AS copied ${FROM_COPIED}`;

/** @param connection whose rows count; null counts all rows */
async function hasRows(
  { session }: Link,
  { schema, name }: TableShape,
  connection: string | null,
): Promise<boolean> {
  const ours =
    connection === null ? '' : ` WHERE ${ident(STAMP)} OPERATOR(pg_catalog.=) ${literal(connection)}`;
  try {
    const query = `SELECT EXISTS (SELECT FROM ${qualified(schema, name)}${ours}) AS found`;
    return (await session.query(query, [], session.workMs)).rows[0]?.found === 't';
  } catch {
    // The table is locked or may not be read, so it may well have rows.
    return true;
  }
}
