import type { CentralSettings, Layout } from '../../shared/settings.ts';
import { literal, oneLine, regName } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { transactionSettings } from '../postgres/sessionSettings.ts';
import { STAMP } from './target.ts';

/** SQL of whether Citus is installed in head office's database, for queries that run anyway. */
export const HAS_CITUS = `EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.extname OPERATOR(pg_catalog.=) 'citus')`;

/** Settings of a transaction in which Citus makes a table or a schema. */
const ONE_NODE_AFTER_ANOTHER = "citus.multi_shard_modify_mode TO 'sequential'";
const NO_TENANT = 'citus.enable_schema_based_sharding TO off';

/** What it takes to make a new table where Citus is installed. */
export interface Distribution {
  /** Settings of the transaction, as in `SET LOCAL`. */
  readonly settings: readonly string[];
  /** SQL that hands the table over to Citus, once it is made. */
  distribute(table: string): readonly string[];
}

/** Head office is a plain PostgreSQL. */
export const NOT_DISTRIBUTED: Distribution = { settings: [], distribute: () => [] };

/**
 * How Citus is to keep the tables of a schema. In layout `stamp` they are distributed by the branch, so that all rows of
 * one branch are on one node, and every statement of ours goes to that node alone. A table that all branches share by
 * its key alone (`merge`) is copied to every node. In layout `schema` Citus decides itself: it distributes the tables of
 * the schemas that were made with its schema-based sharding, and no others.
 *
 * @param citus whether it is installed: see {@link HAS_CITUS}
 */
export async function distributionOf(
  session: Session,
  { distribution }: Pick<CentralSettings, 'distribution'>,
  { citus, schema, layout }: { readonly citus: boolean; readonly schema: string; readonly layout: Layout },
): Promise<Distribution> {
  if (!citus) return NOT_DISTRIBUTED;
  if (distribution === 'none') return { settings: [NO_TENANT], distribute: () => [] };
  if (layout === 'schema') return { settings: [ONE_NODE_AFTER_ANOTHER], distribute: () => [] };
  // Citus has distributed the schema: its tables are on one node, and cannot be distributed otherwise.
  const { distribute } = (await isTenant(session, schema))
    ? NOT_DISTRIBUTED
    : { distribute: handOver(schema, layout) };
  return { settings: [NO_TENANT, ONE_NODE_AFTER_ANOTHER], distribute };
}

/** Whether new tables in this layout are handed over to Citus one by one. */
export function isHandedOver(
  { distribution }: Pick<CentralSettings, 'distribution'>,
  layout: Layout,
): boolean {
  return distribution === 'auto' && layout !== 'schema';
}

/** Whether a new schema is left to Citus, which distributes it where head office has asked for that. */
export function leavesSchema({
  distribution,
  layout,
}: Pick<CentralSettings, 'distribution' | 'layout'>): boolean {
  return distribution === 'auto' && layout === 'schema';
}

function handOver(schema: string, layout: Layout): Distribution['distribute'] {
  return (name) => {
    const table = `${literal(regName(schema, name))}::pg_catalog.regclass`;
    return layout === 'stamp'
      ? [`SELECT pg_catalog.create_distributed_table(${table}, ${literal(STAMP)})`]
      : [`SELECT pg_catalog.create_reference_table(${table})`];
  };
}

/** Whether Citus keeps a schema as a whole on one node. Citus before version 12 has no such schemas. */
async function isTenant(session: Session, schema: string): Promise<boolean> {
  const known = "SELECT pg_catalog.to_regclass('pg_catalog.pg_dist_schema') IS NOT NULL AS known";
  if ((await session.query(known)).rows[0]?.known !== 't') return false;
  const { rows } = await session.query(oneLine(TENANT), [schema]);
  return rows[0]?.tenant === 't';
}

const TENANT = `SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_schema d JOIN pg_catalog.pg_namespace n
  ON n.oid OPERATOR(pg_catalog.=) d.schemaid::pg_catalog.oid WHERE n.nspname OPERATOR(pg_catalog.=) $1) AS tenant`;

/**
 * SQL, behind SELECT or PERFORM, that keeps Citus for the rest of the transaction from distributing a new schema. Does
 * nothing elsewhere.
 */
export const MAKE_LOCAL_SCHEMAS =
  oneLine(`pg_catalog.set_config('citus.enable_schema_based_sharding', 'off', true)
  WHERE pg_catalog.current_setting('citus.enable_schema_based_sharding', true) OPERATOR(pg_catalog.=) 'on'`);

/**
 * Takes a schema of our own back to head office's own node, where an earlier version left it to Citus: our tables there
 * are written in the same transactions as rows of any branch, and staging tables are made in it.
 */
export async function takeBack(session: Session, schema: string): Promise<void> {
  if (!(await isTenant(session, schema))) return;
  await session.query(
    'SELECT pg_catalog.citus_schema_undistribute($1::pg_catalog.regnamespace)',
    [schema],
    session.workMs,
  );
}

/**
 * Statements that make the transaction's settings on the nodes, too, which have those of their own otherwise. Values that
 * are compared by their text must be written there as they are here.
 */
export function pinNodes(session: Session): readonly string[] {
  const { side, lockMs } = session;
  return [
    "SET LOCAL citus.propagate_set_commands TO 'local'",
    ...transactionSettings(side, session.version(), lockMs),
  ];
}
