import { type Difference, difference } from '../../support/compare.ts';
import { type DatabasePair, settled } from '../../support/databases.ts';

/** A table of several chunks, the one that the tests of this folder hurt. */
export const LINES = 'c_invoiceline';
export const KEYLESS = 't_import_log';
/** Enough tables to hurt one beside others; with all of them these tests would take three times as long. */
export const FEW: readonly string[] = [LINES, KEYLESS, 'c_bpartner'];

/** Changes every row of {@link LINES}: the next sync processes them all, and compares them first. */
export async function changeEveryLine(pair: DatabasePair): Promise<void> {
  const branch = await pair.source.connectAdmin();
  await branch.query(`UPDATE adempiere.${LINES} SET qtyinvoiced = qtyinvoiced + 1`);
  await branch.end();
  await settled(pair.source);
}

/** Those of a few tables that are not the same on both sides. */
export async function differencesOfFew(
  pair: DatabasePair,
  connection: string,
  tables = FEW,
): Promise<readonly Difference[]> {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    const all: Difference[] = [];
    for (const table of tables) all.push(await difference(source, central, { table, connection }));
    return all.filter((one) => one.onlySource > 0 || one.onlyCentral > 0);
  } finally {
    await Promise.all([source.end(), central.end()]);
  }
}
