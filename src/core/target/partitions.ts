import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FailureCode, SyncFailure } from '../../shared/errors.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { literal, oneLine, qualified } from '../postgres/quote.ts';
import { readJson, serverExpression } from '../postgres/readJson.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { runDdl } from './ddl.ts';
import { tableLock } from './ddlLocks.ts';
import { takenNames } from './ownTypes.ts';
import { STAMP } from './target.ts';

/**
 * Makes a connection's partition of a table that head office has partitioned by branch (LIST over the stamp), where no
 * partition takes its rows. Other kinds of partitions are head office's own affair.
 *
 * @throws SyncFailure `central_partition_missing` with the SQL for head office, where our role may not make it
 */
export async function addPartition(
  session: Session,
  { schema, name, oid }: Pick<TableShape, 'schema' | 'name' | 'oid'>,
  connection: string,
): Promise<void> {
  const look = { text: oneLine(BOUNDS), values: [oid, STAMP] };
  const { rows } = await session.query(look.text, look.values);
  if (!isMissing(session, rows[0], connection)) return;
  // Another worker or a person may have made it while we waited for the lock.
  const isDone = async () =>
    !isMissing(session, (await session.query(look.text, look.values)).rows[0], connection);
  try {
    await runDdl(session, [tableLock(schema, name)], look, isDone, async (found) => {
      if (!isMissing(session, found, connection)) return { statements: [] };
      const partition = await freeName(session, schema, name, connection);
      const part = `CREATE TABLE ${qualified(schema, partition)} PARTITION OF ${qualified(schema, name)}`;
      return { statements: [`${part} FOR VALUES IN (${literal(connection)})`] };
    });
  } catch (error) {
    const denied = error instanceof SyncFailure && error.detail.code === FailureCode.CentralPermission;
    if (!denied) throw error;
    const { CentralPartitionMissing: code } = FailureCode;
    const { sql = '' } = error.detail.params;
    const params = { ...error.detail.params, schema, table: name, column: STAMP, connection, sql };
    throw new SyncFailure({ ...error.detail, code, params }, { cause: error });
  }
}

const boundsForm = z.array(serverExpression);

function isMissing(session: Session, row: TextRow | undefined, connection: string): boolean {
  if (row?.by_branch !== 't') return false;
  const bounds = readJson(session, boundsForm, row.bounds ?? '[]', 'bounds of partitions');
  return !bounds.some((bound) => takes(bound, connection));
}

/** Whether a partition takes a value: its bound is `DEFAULT`, or `FOR VALUES IN ('a', 'b')` with the value in it. */
function takes(bound: string, value: string): boolean {
  if (bound === 'DEFAULT') return true;
  const values = [...bound.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"));
  return values.includes(value);
}

/** Whether the table is partitioned by the stamp $2 alone, and the bounds of its partitions. */
const BOUNDS = `SELECT p.partstrat OPERATOR(pg_catalog.=) 'l' AND p.partnatts OPERATOR(pg_catalog.=) 1
    AND p.partattrs[0] OPERATOR(pg_catalog.=) a.attnum AS by_branch,
  (SELECT pg_catalog.json_agg(pg_catalog.pg_get_expr(c.relpartbound, c.oid)) FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
    WHERE i.inhparent OPERATOR(pg_catalog.=) p.partrelid AND c.relpartbound IS NOT NULL) AS bounds
  FROM pg_catalog.pg_partitioned_table p
  JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) p.partrelid AND a.attname OPERATOR(pg_catalog.=) $2
  WHERE p.partrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid`;

/** PostgreSQL's maximum length of a name (NAMEDATALEN), in bytes. */
const LONGEST_NAME = 63;

/** `c_invoice_pgsql_lmp`; with a digest where that is too long or taken. */
async function freeName(
  session: Session,
  schema: string,
  table: string,
  connection: string,
): Promise<string> {
  const digest = createHash('sha256').update(`${table}/${connection}`).digest('hex').slice(0, 8);
  const plain = `${table}_${connection}`;
  const end = `_${connection}_${digest}`;
  const names = [plain, `${cut(table, LONGEST_NAME - Buffer.byteLength(end))}${end}`];
  const fitting = names.filter((one) => Buffer.byteLength(one) <= LONGEST_NAME);
  const taken = await takenNames(session, schema, fitting);
  return fitting.find((one) => !taken.has(one)) ?? fitting.at(-1) ?? plain;
}

/** As many whole characters as fit into so many bytes. */
function cut(text: string, bytes: number): string {
  let kept = '';
  for (const one of text) {
    if (Buffer.byteLength(kept + one) > bytes) break;
    kept += one;
  }
  return kept;
}
