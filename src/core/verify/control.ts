import { SyncFailure } from '../../shared/errors.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import { releaseAndReport } from '../batch/branchReport.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import { Heartbeat } from '../batch/heartbeat.ts';
import { journalClaims, journalMemory } from '../batch/journalMemory.ts';
import type { SourcePlan } from '../batch/sourcePlan.ts';
import type { ShapeMemory } from '../catalogue/memory.ts';
import { CatalogueReading } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { type Link, openLink } from '../postgres/link.ts';
import type { Session, Statement, StatementResult } from '../postgres/session.ts';
import { type Checkpoint, FENCED, NO_PROOF } from '../target/checkpoint.ts';
import {
  type DeleteRights,
  deleteRightsQuery,
  otherWriters,
  settleDeleteRights,
} from '../target/deleteRights.ts';
import { ForeignKeys, foreignKeysQuery } from '../target/foreignKeys.ts';
import {
  checkpointsQuery,
  findCheckpoints,
  foundCheckpoints,
  OWN_COLUMNS,
} from '../target/manyCheckpoints.ts';
import { type Claim, claimConnection } from '../target/ownership.ts';
import { REFUSE_UNTRUSTED_OWNERS, setUpUntrusted } from '../target/ownOwners.ts';
import { beginReading, setUpCentral, UNDEFINED_COLUMN, UNDEFINED_TABLE } from '../target/setup.ts';
import { layoutOf, placeOf } from '../target/target.ts';

/** What is known about central before tables are compared, and the claim needed to repair them. */
export interface Control extends AsyncDisposable {
  readonly tables: CentralTables;
  /** Null if differences are only reported. */
  readonly claim: Claim | null;
  /** Null if differences are only reported. */
  readonly rights: DeleteRights | null;
  /** Foreign keys of head office on these tables; empty if nothing is repaired. */
  readonly keys: ForeignKeys;
  /** Hands over the session that has read central's catalogue; null if it was handed over before or holds a claim. */
  takeLink(): Link | null;
}

/**
 * Reads central's tables, and claims the connection if rows are to be repaired. Must come before any worker
 * opens a session, because claiming ends the connection's other sessions.
 *
 * @throws SyncFailure `owned_elsewhere`, `folder_copied`, `source_identity_changed`, `central_schema_owned`,
 *   and why central does not answer
 */
export async function openControl(run: RunContext, plan: SourcePlan, repair: boolean): Promise<Control> {
  const { connection, identity } = plan;
  const place = placeOf(run.central, connection);
  const open = (): Promise<Link> => openLink(run.sessionOptions(connection).central);
  const link = await open();
  const { session } = link;
  try {
    if (repair) await setUpCentral(session);
    const claim = repair
      ? await claimConnection(session, run.ports.clock, run.installation, connection.id, identity, {
          hidden: plan.hidden,
          memory: journalClaims(run, connection.id),
          place,
        })
      : null;
    const names = plan.selected.map((one) => one.table);
    const { schema } = place;
    const catalogue = { side: 'central', connection: connection.id, schema } as const;
    const memory = journalMemory(run.journal, run.ports.logger, catalogue);
    const tables = await readCentralTables(link, connection.id, run.central, schema, names, memory, repair);
    const rights =
      claim === null
        ? null
        : await settleRights(run.central, link, connection.id, place.schema, plan, tables);
    const keys = repair ? await readKeys(session, place.schema) : new ForeignKeys([]);
    // A lost claim is noticed at the next checkpoint, which is then refused.
    const heartbeat = claim === null ? null : new Heartbeat(claim, link, open, run.ports, () => {});
    let spare = heartbeat === null ? link : null;
    const takeLink = (): Link | null => {
      const taken = spare;
      spare = null;
      return taken;
    };
    return {
      tables,
      claim,
      rights,
      keys,
      takeLink,
      [Symbol.asyncDispose]: async () => {
        if (claim !== null) await heartbeat?.letGo(releaseAndReport(run, claim, false));
        await takeLink()?.close();
      },
    };
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** Which tables of layout `merge` may be repaired; see {@link settleDeleteRights}. */
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
    // A missing table is not repaired.
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

/** Central's tables of a connection, by table name. */
interface CentralTables {
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  /** For tables of layout `merge`: the other connections that have written them, if any. */
  readonly writers: ReadonlyMap<string, string>;
  /** The encoding of central's database. */
  readonly encoding: string;
}

/**
 * Reads all tables in one round trip, unless their catalogue has changed since it was last read. In layout `merge` it takes
 * one more.
 *
 * @param memory stores what is known of the schema's catalogue
 * @param trusted whether the owners of our own tables were checked already
 * @throws SyncFailure `central_set_up_untrusted`
 */
export async function readCentralTables(
  link: Link,
  connection: string,
  central: CentralSettings,
  schema: string,
  names: readonly string[],
  memory: ShapeMemory,
  trusted = false,
): Promise<CentralTables> {
  const { session } = link;
  const catalogue = new CatalogueReading({ ...link, schema, choice: names, memory });
  const { question } = catalogue;
  const questions = ['SHOW server_encoding', ...(question === null ? [] : [question])];
  const own = await readOwnTables(session, connection, names, trusted, questions);
  const [encoding, rows] = own.answers;
  const shapes = await catalogue.read(rows);
  const merged = shapes.filter((one) => layoutOf(central, one) === 'merge').map((one) => one.name);
  const writers =
    merged.length > 0 && own.places
      ? await otherWriters(session, connection, schema, merged)
      : new Map<string, string>();
  return {
    shapes: new Map(shapes.map((one) => [one.name, one])),
    checkpoints: own.checkpoints,
    writers,
    encoding: encoding?.rows[0]?.server_encoding ?? '',
  };
}

interface OwnTables {
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  /** Whether our tables say where each connection writes. */
  readonly places: boolean;
  /** Results of the other questions. */
  readonly answers: readonly StatementResult[];
}

/**
 * Reads our own tables at central, and asks other questions in the same round trip. Verify changes nothing, so tables of an
 * older version are read as they are.
 *
 * @throws SyncFailure `central_set_up_untrusted`
 */
async function readOwnTables(
  session: Session,
  connection: string,
  names: readonly string[],
  trusted: boolean,
  questions: readonly (string | Statement)[],
): Promise<OwnTables> {
  const ahead = [...beginReading(session), ...(trusted ? [] : [REFUSE_UNTRUSTED_OWNERS])];
  const ask = async (own: string | Statement): Promise<readonly StatementResult[]> =>
    (await session.script([...ahead, own, ...questions, 'COMMIT'])).slice(ahead.length, -1);
  try {
    const [own = NOTHING, ...answers] = await ask(checkpointsQuery(connection, names));
    return { checkpoints: foundCheckpoints(connection, own), places: true, answers };
  } catch (error) {
    const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
    if (error instanceof SyncFailure && sqlstate === FENCED) throw await setUpUntrusted(session, error);
    if (sqlstate !== UNDEFINED_TABLE && sqlstate !== UNDEFINED_COLUMN) throw error;
    await session.query('ROLLBACK');
  }
  const [own = NOTHING, ...answers] = await ask(OLDER_TABLES);
  const [found] = own.rows;
  const columns = found?.proves === 't' ? OWN_COLUMNS : { ...OWN_COLUMNS, proof: NO_PROOF };
  const checkpoints =
    found === undefined
      ? new Map<string, Checkpoint>()
      : await findCheckpoints(session, connection, names, columns);
  return { checkpoints, places: found?.places === 't', answers };
}

const NOTHING: StatementResult = { rows: [], rowCount: 0 };

/** What our tables have, if they are of an older version; no row where there are none. */
const OLDER_TABLES = `SELECT a.attname IS NOT NULL AS proves, pg_catalog.to_regclass('branchline.delete_rights') IS NOT NULL AS places FROM (SELECT pg_catalog.to_regclass('branchline.checkpoints') AS oid) AS c
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) 'rewritten'
  WHERE c.oid IS NOT NULL`;
