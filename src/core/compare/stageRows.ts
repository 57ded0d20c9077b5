import { endCopy, fillChunk, NO_LIMITS } from '../load/fillChunk.ts';
import type { PassContext } from '../load/pass.ts';
import type { Session } from '../postgres/session.ts';
import type { RowChoice, Snapshot } from '../source/port.ts';

/**
 * Copies all source rows that meet a condition into a staging table, in the transaction that `begin` opens.
 *
 * @returns null where the run was stopped before all rows had arrived: the rest must not be taken for deleted rows
 */
export async function stageRows(
  context: PassContext,
  snapshot: Snapshot,
  central: Session,
  begin: readonly string[],
  what: { readonly target: PassContext['target']; readonly rows: RowChoice },
): Promise<{ readonly rows: number; readonly bytes: number } | null> {
  const { target } = what;
  const rows = await snapshot.rows(target, { after: null, rows: what.rows });
  const copy = await central.copyIn(begin, target.format);
  const load = await fillChunk({ ...context, target, limits: NO_LIMITS }, rows, central, copy);
  if (load.cutShort !== null) throw load.cutShort;
  if (!rows.exhausted) {
    central.destroy();
    rows.cut();
    return null;
  }
  await endCopy({ ...context, target }, central, copy, load);
  return load;
}
