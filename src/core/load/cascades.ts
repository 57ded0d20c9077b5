import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { ident, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import type { ActedOn } from '../target/foreignKeys.ts';
import {
  lockRemoved,
  noteRemoved,
  outsideName,
  type RemovedRows,
  removedQuery,
  removedRowsOf,
} from '../target/removedRows.ts';
import { exceedsBrake } from './brakeLimit.ts';
import { nameOf, type PassContext } from './pass.ts';

/** Row counts of the tables in {@link ApplyConstraints.cascades}, in that order; null where our role may not read one. */
export type CascadeCounts = readonly (number | null)[];

/**
 * Counts, in the open transaction, the rows of the tables that ON DELETE CASCADE may remove rows from. PostgreSQL does
 * not report rows removed by a cascade, so they are counted before and after.
 */
export async function countCascaded(
  { constraints: { cascades } }: PassContext,
  session: Session,
): Promise<CascadeCounts> {
  const counts = cascades.flatMap(({ schema, name, hiddenBy }, index) =>
    hiddenBy === null ? [`(SELECT pg_catalog.count(*) FROM ${qualified(schema, name)}) AS c${index}`] : [],
  );
  if (counts.length === 0) return cascades.map(() => null);
  const [row] = (await session.query(`SELECT ${counts.join(', ')}`, [], session.workMs)).rows;
  return cascades.map(({ hiddenBy }, index) => (hiddenBy === null ? Number(row?.[`c${index}`]) : null));
}

/**
 * Applies the delete brake to rows that cascades have removed, before the commit. Rows that a table lost to cascades in
 * earlier runs count too, as they do for the table's own rows.
 *
 * @param before result of {@link countCascaded} before the rows were removed
 * @param removed rows that we removed from the table itself
 * @throws SyncFailure `too_many_deletes` with the table that would lose the rows; `cascade_hidden` where our role may not
 *   count them; `central_lacks_rows` where a table that references itself would lose more rows than we removed
 */
export async function brakeCascaded(
  context: PassContext,
  session: Session,
  before: CascadeCounts,
  removed: number,
): Promise<void> {
  if (removed === 0 || before.length === 0) return;
  const { allowDeletes, connection } = context;
  const losses = (await lossesOf(context, session, before)).filter((one) => one.deletes > 0);
  const self = losses.find((one) => one.isSelf);
  if (self !== undefined && self.deletes > removed) {
    const params = { ...nameOf(context), rows: self.deletes - removed, causes: 'ON DELETE CASCADE' };
    throw centralRefusal(FailureCode.CentralLacksRows, params);
  }
  const others = losses.filter((one) => !one.isSelf);
  if (others.length === 0) return;
  const names = others.flatMap(({ own, outside }) => [own ?? [], outside].flat());
  const query = [lockRemoved(connection), removedQuery(connection, names)];
  const known = removedRowsOf((await session.script(query, session.workMs)).at(-1)?.rows ?? []);
  const notes = others.map((loss) => {
    const { key, gone, had } = budgetOf(loss, known);
    const { table, deletes } = loss;
    if (allowDeletes) return { key, gone: 0, had };
    if (exceedsBrake(gone + deletes, had))
      throw centralRefusal(FailureCode.TooManyDeletes, {
        ...nameOf(context),
        table,
        deletes,
        rows: had,
        gone,
      });
    return { key, gone: gone + deletes, had };
  });
  await session.query(noteRemoved(connection, notes));
}

/** Under which key a table's lost rows are stored, how many it has lost so far, and how many it had before. */
function budgetOf(
  { own, outside, rows }: Loss,
  known: ReadonlyMap<string, RemovedRows>,
): { readonly key: string; readonly gone: number; readonly had: number } {
  const copied = own === null ? undefined : known.get(own);
  if (own !== null && copied !== undefined) {
    const there = rows + copied.gone;
    return { key: own, gone: copied.gone, had: Math.min(copied.had ?? there, there) };
  }
  // No pass of ours ends the count for this table, so rows that others have added since make up for lost ones here.
  const { gone, had } = known.get(outside) ?? { gone: 0, had: null };
  const left = Math.min(gone, Math.max(0, (had ?? rows + gone) - rows));
  return { key: outside, gone: left, had: rows + left };
}

/**
 * Refuses to replace a table if cascades removed rows of other tables: replacing puts the table's own rows back, but not
 * the others'.
 *
 * @param before result of {@link countCascaded} before the rows were removed
 * @throws SyncFailure `replace_cascades`, `cascade_hidden`
 */
export async function refuseCascaded(
  context: PassContext,
  session: Session,
  before: CascadeCounts,
): Promise<void> {
  if (before.length === 0) return;
  for (const { table, isSelf, deletes, rows } of await lossesOf(context, session, before)) {
    if (isSelf || deletes === 0) continue;
    const { name, ...named } = nameOf(context);
    throw centralRefusal(FailureCode.ReplaceCascades, { ...named, name, child: table, deletes, rows });
  }
}

interface Loss {
  /** Name to show in messages. */
  readonly table: string;
  /** Whether it is the table itself. */
  readonly isSelf: boolean;
  /** The name of its checkpoint, if the connection copies it; null where it lies in another schema. */
  readonly own: string | null;
  /** See {@link outsideName}. */
  readonly outside: string;
  readonly deletes: number;
  readonly rows: number;
}

async function lossesOf(
  context: PassContext,
  session: Session,
  before: CascadeCounts,
): Promise<readonly Loss[]> {
  const { cascades } = context.constraints;
  const hidden = cascades.find((one) => one.hiddenBy !== null);
  if (hidden !== undefined) throw await hiddenChild(context, session, hidden);
  const after = await countCascaded(context, session);
  return cascades.map(({ schema, name, isOwn }, index) => {
    const rows = before[index] ?? 0;
    return {
      table: isOwn ? name : `${schema}.${name}`,
      isSelf: isOwn && name === context.target.name,
      own: isOwn ? name : null,
      outside: outsideName(schema, name),
      deletes: rows - (after[index] ?? 0),
      rows,
    };
  });
}

async function hiddenChild(context: PassContext, session: Session, child: ActedOn): Promise<SyncFailure> {
  const [row] = (await session.query('SELECT current_user AS role')).rows;
  const role = ident(row?.role ?? '');
  const table = qualified(child.schema, child.name);
  const sql =
    child.hiddenBy === 'policies'
      ? `CREATE POLICY branchline_counts ON ${table} FOR SELECT TO ${role} USING (true);`
      : `GRANT USAGE ON SCHEMA ${ident(child.schema)} TO ${role};\nGRANT SELECT ON ${table} TO ${role};`;
  const about = { ...nameOf(context), child: `${child.schema}.${child.name}`, sql };
  return centralRefusal(FailureCode.CascadeHidden, about);
}
