import type { CentralSettings } from '../../shared/settings.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import { Heartbeat } from '../batch/heartbeat.ts';
import { journalClaims } from '../batch/journalMemory.ts';
import type { SourcePlan } from '../batch/sourcePlan.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { openLink } from '../load/links.ts';
import type { Link } from '../load/pass.ts';
import type { Session } from '../postgres/session.ts';
import { type Checkpoint, NO_PROOF, PROOF } from '../target/checkpoint.ts';
import { findCheckpoints } from '../target/checkpoints.ts';
import {
  type DeleteRights,
  deleteRightsQuery,
  otherWriters,
  settleDeleteRights,
} from '../target/deleteRights.ts';
import { ForeignKeys, foreignKeysQuery } from '../target/foreignKeys.ts';
import { type Claim, claimConnection } from '../target/ownership.ts';
import { refuseStrangers } from '../target/ownOwners.ts';
import { beginReading, setUpCentral } from '../target/setup.ts';
import { layoutOf, placeOf } from '../target/target.ts';

/** What is known of central before tables are compared, and the right to mend them. */
export interface Control extends AsyncDisposable {
  readonly tables: CentralTables;
  /** Null where differences are only told. */
  readonly claim: Claim | null;
  /** Null where differences are only told. */
  readonly rights: DeleteRights | null;
  /** Keys that head office has put on its tables; none where nothing is mended. */
  readonly keys: ForeignKeys;
}

/**
 * Looks at central, and claims the connection where rows are to be mended: before any worker's session is
 * opened, because claiming ends what other sessions of the connection there are.
 *
 * @throws SyncFailure `owned_elsewhere`, `folder_copied`, `source_identity_changed`, `central_schema_owned`, and why central does not answer
 */
export async function openControl(run: RunContext, plan: SourcePlan, repair: boolean): Promise<Control> {
  const { connection, identity } = plan;
  const place = placeOf(run.central, connection);
  const open = (): Promise<Link> => openLink(run.sessionOptions(connection).central);
  const link = await open();
  const { session } = link;
  try {
    if (repair) await setUpCentral(session);
    else await refuseStrangers(session);
    const claim = repair
      ? await claimConnection(session, run.ports.clock, run.installation, connection.id, identity, {
          hidden: plan.hidden,
          memory: journalClaims(run, connection.id),
          place,
        })
      : null;
    const names = plan.selected.map((one) => one.table);
    const tables = await readCentralTables(link, connection.id, run.central, place.schema, names);
    const rights =
      claim === null
        ? null
        : await settleRights(run.central, link, connection.id, place.schema, plan, tables);
    const keys = repair ? await readKeys(session, place.schema) : new ForeignKeys([]);
    // A lost claim shows at the next checkpoint, which is then refused.
    const heartbeat = claim === null ? null : new Heartbeat(claim, link, open, run.ports.logger, () => {});
    return {
      tables,
      claim,
      rights,
      keys,
      [Symbol.asyncDispose]: () => (heartbeat === null ? session.close() : heartbeat.letGo()),
    };
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** What may be mended in tables of layout `merge`; see {@link settleDeleteRights}. */
async function settleRights(
  central: CentralSettings,
  { session }: Link,
  connection: string,
  schema: string,
  { selected }: SourcePlan,
  { shapes, checkpoints }: CentralTables,
): Promise<DeleteRights> {
  const written = selected.flatMap(({ table, mayDelete }) => {
    const shape = shapes.get(table);
    // What is not there is not mended.
    if (shape === undefined) return [];
    const isNew = (checkpoints.get(table)?.state ?? 'new') === 'new';
    return [{ name: table, layout: layoutOf(central, shape), asks: mayDelete, isNew }];
  });
  const asks = written.some((one) => one.asks);
  const query = deleteRightsQuery(connection, schema, asks);
  const begun = await session.script([...beginReading(session), query]);
  const rights = await settleDeleteRights(session, connection, schema, begun.at(-1)?.rows ?? [], written);
  await session.query('COMMIT');
  return rights;
}

async function readKeys(session: Session, schema: string): Promise<ForeignKeys> {
  const read = await session.script([...beginReading(session), foreignKeysQuery(schema), 'COMMIT']);
  return ForeignKeys.from(schema, read.at(-2)?.rows ?? []);
}

/** What central has of a connection's tables, by table name. */
interface CentralTables {
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  /** The other connections that have written a table of layout `merge`, for the tables that have any. */
  readonly writers: ReadonlyMap<string, string>;
}

/** Looks at all tables together: on a slow link a query a table would cost more than comparing them. */
async function readCentralTables(
  { session, version }: Link,
  connection: string,
  central: CentralSettings,
  schema: string,
  names: readonly string[],
): Promise<CentralTables> {
  await session.script(beginReading(session));
  const shapes = await readTables(session, version, schema, names);
  // Looking makes and changes nothing: what an older version has made is read as it is.
  const found = await session.query(
    `SELECT a.attname IS NOT NULL AS proves, pg_catalog.to_regclass('branchline.delete_rights') IS NOT NULL AS places FROM (SELECT pg_catalog.to_regclass('branchline.checkpoints') AS oid) AS c
     LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) 'rewritten'
     WHERE c.oid IS NOT NULL`,
  );
  const proof = found.rows[0]?.proves === 't' ? PROOF : NO_PROOF;
  const checkpoints =
    found.rows.length === 0 ? new Map() : await findCheckpoints(session, connection, names, proof);
  const merged = shapes.filter((one) => layoutOf(central, one) === 'merge').map((one) => one.name);
  const writers =
    merged.length > 0 && found.rows[0]?.places === 't'
      ? await otherWriters(session, connection, schema, merged)
      : new Map<string, string>();
  await session.query('COMMIT');
  return { shapes: new Map(shapes.map((one) => [one.name, one])), checkpoints, writers };
}
