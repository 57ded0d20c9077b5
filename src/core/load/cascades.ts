import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { ident, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import type { ActedOn } from '../target/foreignKeys.ts';
import { nameOf, type PassContext } from './pass.ts';

/**
 * More rows than both of these do not go from a table without a person's consent: an emptied or wrong source looks
 * just so. The share is of the rows that the table had when the first of them went.
 */
export const BRAKE_ROWS = 1000;
export const BRAKE_SHARE = 0.2;

/** Rows of {@link ApplyConstraints.cascades}, in their order; null of one that our role may not read. */
export type CascadeCounts = readonly (number | null)[];

/**
 * Rows of the tables that lose some when this one does, in the transaction that is open: head office's foreign keys
 * with ON DELETE CASCADE remove rows that nobody has counted.
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
 * The brake for what went along with removed rows, before it is committed.
 *
 * @param before what {@link countCascaded} said then
 * @param removed rows that were to go from the table itself
 * @throws SyncFailure `too_many_deletes`, which names the table that would lose them; `cascade_hidden` where nobody
 *   can say how many; `central_lacks_rows` where a table that points to itself would lose more rows than were to go
 */
export async function brakeCascaded(
  context: PassContext,
  session: Session,
  before: CascadeCounts,
  removed: number,
): Promise<void> {
  if (removed === 0 || before.length === 0) return;
  for (const { table, isSelf, deletes, rows } of await lossesOf(context, session, before)) {
    if (isSelf && deletes > removed) {
      const params = { ...nameOf(context), rows: deletes - removed, causes: 'ON DELETE CASCADE' };
      throw centralRefusal(FailureCode.CentralLacksRows, params);
    }
    if (context.allowDeletes || deletes <= BRAKE_ROWS || deletes <= rows * BRAKE_SHARE) continue;
    throw centralRefusal(FailureCode.TooManyDeletes, { ...nameOf(context), table, deletes, rows, gone: 0 });
  }
}

/**
 * Refuses to replace a table whose rows take others along: most of them are put back, and those others are not.
 *
 * @param before what {@link countCascaded} said before its rows went
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
  /** As a sentence names it. */
  readonly table: string;
  /** Whether it is the table itself. */
  readonly isSelf: boolean;
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
