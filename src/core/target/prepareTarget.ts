import { centralRefusal, FailureCode, SyncFailure } from '../../shared/errors.ts';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import type { CentralSettings, ConnectionSettings, Layout } from '../../shared/settings.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { ident, oneLine, qualified } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { restrict, stampedBy } from './branchPolicies.ts';
import { isBuiltin } from './createManyTables.ts';
import { alignTable, createTable, type DdlPlan, noteAdded, runDdl } from './ddl.ts';
import { schemaLock, tableLock, takeLock, typesLock } from './ddlLocks.ts';
import { describeTarget } from './describeTarget.ts';
import { distributionOf, HAS_CITUS } from './distribution.ts';
import { type Change, drift } from './drift.ts';
import { candidates, OwnTypes, type RenamedType, takenNames } from './ownTypes.ts';
import { addPartition } from './partitions.ts';
import { keyMissing, notATable, refuseUntrustedOwner, refuseView } from './refusals.ts';
import { layoutOf, type Target, targetSchema } from './target.ts';

/** SQLSTATE wrong_object_type: a partition is a foreign table, over which PostgreSQL has no unique key. */
const NO_FOREIGN_KEY = '42809';

/** SQLSTATEs if existing rows violate a new key: unique_violation, not_null_violation. */
const KEY_REFUSED = ['23505', '23502'];

/**
 * Finds the central table of a source table. If needed, makes it, or adds columns, widens them or adds the branch's
 * partition.
 *
 * @param existing the central table according to the catalogue; undefined where there is none
 * @param tell called with notices about changes that a person should know of
 * @throws SyncFailure `column_incompatible`, `central_key_missing`, `central_not_a_table`, `central_table_untrusted`, `central_permission`,
 *   `central_partition_missing`
 */
export async function prepareTarget(
  session: Session,
  version: number,
  central: CentralSettings,
  connection: ConnectionSettings,
  source: TableShape,
  existing: TableShape | undefined,
  tell: (notice: Notice) => void,
): Promise<Target> {
  const schema = targetSchema(central, connection);
  if (existing !== undefined) {
    const layout = layoutOf(central, existing);
    refuseView(existing);
    refuseUntrustedOwner(existing);
    if (drift(source, existing, layout).length === 0) {
      if (layout === 'stamp' && existing.kind === 'partitioned')
        await addPartition(session, existing, connection.id);
      return describeTarget(schema, layout, source, existing, false);
    }
  }
  const shaping = new Shaping(session, version, central, schema, connection.id, source);
  const created = await shaping.run();
  const dropped = shaping.notNullDropped;
  if (dropped.length > 0) {
    const columns = dropped.map((one) => `${schema}.${source.name}.${one}`).join(', ');
    tell({ code: NoticeCode.NotNullDropped, params: { columns } });
  }
  const [shape] = await readTables(session, version, schema, [source.name]);
  if (shape === undefined) throw notATable(schema, source.name);
  if (shape.kind === 'partitioned' && layoutOf(central, shape) === 'stamp')
    await addPartition(session, shape, connection.id);
  return describeTarget(schema, layoutOf(central, shape), source, shape, created);
}

/** Makes or changes the central table under the DDL lock. */
class Shaping {
  readonly #session: Session;
  readonly #version: number;
  readonly #central: CentralSettings;
  readonly #schema: string;
  readonly #connection: string;
  readonly #source: TableShape;
  #changes: readonly Change[] = [];

  constructor(
    session: Session,
    version: number,
    central: CentralSettings,
    schema: string,
    connection: string,
    source: TableShape,
  ) {
    this.#session = session;
    this.#version = version;
    this.#central = central;
    this.#schema = schema;
    this.#connection = connection;
    this.#source = source;
  }

  /** Columns that have lost NOT NULL. */
  get notNullDropped(): readonly string[] {
    return this.#changes.flatMap((one) => (one.kind === 'nullable' ? [one.name] : []));
  }

  /** @returns whether the table was made */
  async run(): Promise<boolean> {
    let created = false;
    try {
      const look = { text: oneLine(LOOK), values: [this.#schema, this.#source.name] };
      await runDdl(
        this.#session,
        this.#locks,
        look,
        () => this.#isDone(),
        async (found) => {
          // Another branch may have made or changed the table while we waited for the lock.
          const now = found.relation === 't' ? await this.#now() : undefined;
          created = now === undefined;
          return now === undefined ? this.#create(found) : this.#align(now);
        },
      );
    } catch (error) {
      throw this.#keyRefused(error) ?? error;
    }
    return created;
  }

  get #locks(): readonly string[] {
    const table = tableLock(this.#schema, this.#source.name);
    return isBuiltin(this.#source) ? [table] : [table, typesLock(this.#schema)];
  }

  /** Whether another branch has made the table, or changed it so that it fits. */
  async #isDone(): Promise<boolean> {
    const now = await this.#now();
    return now !== undefined && drift(this.#source, now, layoutOf(this.#central, now)).length === 0;
  }

  async #now(): Promise<TableShape | undefined> {
    const [now] = await readTables(this.#session, this.#version, this.#schema, [this.#source.name]);
    return now;
  }

  /** Looks again under the lock: another table's turn may be making the schema. */
  async #hasSchema(): Promise<boolean> {
    const look = {
      text: 'SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) $1) AS made',
      values: [this.#schema],
    };
    const results = await this.#session.script([`SELECT ${takeLock(schemaLock(this.#schema))}`, look]);
    return results.at(-1)?.rows[0]?.made === 't';
  }

  /** @param found see {@link LOOK} */
  async #create(found: TextRow): Promise<DdlPlan> {
    const schema = this.#schema;
    const room = found.type === 't' ? await makeRoom(this.#session, schema, this.#source.name) : NO_ROOM;
    const types = await this.#types(this.#source.columns, room.renamed);
    const layout: Layout = layoutOf(this.#central, undefined);
    const made = createTable(schema, this.#source, layout, types);
    const where = { citus: found.citus === 't', schema, layout };
    const { settings, distribute } = await distributionOf(this.#session, this.#central, where);
    const statements = [...room.statements, ...made, ...distribute(this.#source.name)];
    const table = qualified(schema, this.#source.name);
    const hasSchema = found.schema === 't' || (await this.#hasSchema());
    return {
      settings,
      // CREATE SCHEMA IF NOT EXISTS needs the right to create one even if the schema exists.
      statements: hasSchema ? statements : [`CREATE SCHEMA ${ident(schema)}`, ...statements],
      grants: (role) => [
        `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)}`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${ident(role)}`,
      ],
      ...(layout === 'stamp' && {
        boundGrants: (role) => [
          `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)};`,
          ...restrict(table, this.#connection, role, stampedBy(this.#connection)),
        ],
      }),
    };
  }

  async #align(now: TableShape): Promise<DdlPlan> {
    refuseView(now);
    refuseUntrustedOwner(now);
    const layout = layoutOf(this.#central, now);
    this.#changes = drift(this.#source, now, layout);
    const notes = await noteAdded(this.#session, now, this.#connection, layout, this.#changes);
    const typed = this.#changes.flatMap((change) => ('column' in change ? [change.column] : []));
    const types = await this.#types(typed);
    return { statements: alignTable(now, this.#source, this.#changes, types), notes };
  }

  #types(columns: TableShape['columns'], renamed: readonly RenamedType[] = []): Promise<OwnTypes> {
    return OwnTypes.read(this.#session, this.#version, this.#schema, columns, renamed);
  }

  /** The failure if central's rows from before the key was changed violate the new key, so that all must be sent again. */
  #keyRefused(error: unknown): SyncFailure | null {
    if (!(error instanceof SyncFailure)) return null;
    const { code, sqlstate = '' } = error.detail;
    const key = this.#changes.find((change) => change.kind === 'add_key');
    if (key === undefined) return null;
    const { name } = this.#source;
    if (sqlstate === NO_FOREIGN_KEY) return keyMissing(this.#schema, name, key.columns);
    if (code !== FailureCode.ConstraintViolated || !KEY_REFUSED.includes(sqlstate)) return null;
    const table = qualified(this.#schema, name);
    // A mirror has only this branch's rows, so it can be dropped and loaded again.
    const mirror = this.#central.layout === 'schema';
    const sql = mirror ? `DROP TABLE ${table}` : surplusRows(table, key.columns);
    return keyMissing(this.#schema, name, key.columns, sql);
  }
}

/** SQL that removes the rows that prevent a new key: those with NULL in it, and all but the first of duplicates. */
function surplusRows(table: string, key: readonly string[]): string {
  const row = (alias: string): string => `ROW(${key.map((one) => `${alias}.${ident(one)}`).join(', ')})`;
  const missing = key.map((one) => `a.${ident(one)} IS NULL`).join(' OR ');
  return `DELETE FROM ${table} a WHERE ${missing}
  OR EXISTS (SELECT FROM ${table} b WHERE ${row('b')} OPERATOR(pg_catalog.=) ${row('a')} AND b.ctid OPERATOR(pg_catalog.<) a.ctid)`;
}

/**
 * Whether there is a schema $1, and in it a relation $2 and a type of that name; whether Citus is installed. Runs before
 * the table's catalogue is read; for a new table nothing more is needed.
 */
const LOOK = `SELECT n.oid IS NOT NULL AS schema, EXISTS (SELECT FROM pg_catalog.pg_class c
    WHERE c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname OPERATOR(pg_catalog.=) $2) AS relation,
  EXISTS (SELECT FROM pg_catalog.pg_type t
    WHERE t.typnamespace OPERATOR(pg_catalog.=) n.oid AND t.typname OPERATOR(pg_catalog.=) $2) AS type,
  ${HAS_CITUS} AS citus
  FROM (SELECT) one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) $1`;

/** The renaming of a type whose name a new table needs. */
interface Room {
  readonly renamed: readonly RenamedType[];
  readonly statements: readonly string[];
}

const NO_ROOM: Room = { renamed: [], statements: [] };

/**
 * Renames a type that has the name of a new table. A table's row type has the table's name, so both cannot exist: the
 * source may have an enum `status` in one schema and a table `status` in another, and both go to one schema at central. A
 * type of ours is renamed, and its columns keep it.
 *
 * @throws SyncFailure `central_name_taken` where the type is head office's own
 */
async function makeRoom(session: Session, schema: string, table: string): Promise<Room> {
  const { rows } = await session.query(oneLine(IN_THE_WAY), [schema, table]);
  const [row] = rows;
  if (row === undefined) return NO_ROOM;
  const names = [...candidates(row.source ?? 'type', table).slice(1), `${table.slice(0, 50)}_type`];
  const taken = await takenNames(session, schema, names);
  const to = names.find((one) => !taken.has(one));
  if (row.ours !== 't' || to === undefined) {
    const message = `schema ${schema} has a type ${table}`;
    throw centralRefusal(FailureCode.CentralNameTaken, { side: 'central', schema, table }, message);
  }
  return {
    renamed: [{ from: table, to }],
    statements: [`ALTER TYPE ${qualified(schema, table)} RENAME TO ${ident(to)}`],
  };
}

/** Array types are left out, because PostgreSQL itself renames them. */
const IN_THE_WAY = `SELECT pg_catalog.pg_has_role(t.typowner, 'USAGE') AS ours,
    pg_catalog.substring(pg_catalog.obj_description(t.oid, 'pg_type'), '^Branchline: "([^"]+)"') AS source
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.typrelid
  WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND t.typname OPERATOR(pg_catalog.=) $2
    AND (c.oid IS NULL OR c.relkind OPERATOR(pg_catalog.=) 'c')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray OPERATOR(pg_catalog.=) t.oid)`;
