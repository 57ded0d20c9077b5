import { FailureCode } from '../../shared/errors.ts';
import type { CentralSettings, ConnectionSettings, Layout } from '../../shared/settings.ts';
import { centralType, typeFit } from '../catalogue/compat.ts';
import { readTables } from '../catalogue/read.ts';
import type { ColumnShape, TableShape } from '../catalogue/shape.ts';
import { canDecode } from '../postgres/keyText.ts';
import { ident, literal, qualified } from '../postgres/quote.ts';
import type { CopyFormat } from '../postgres/rowBlock.ts';
import type { Session } from '../postgres/session.ts';
import { centralRefusal } from './checkpoint.ts';
import { DDL_LOCK } from './setup.ts';

/** The column that tells the branches apart in layout `stamp`. */
export const STAMP = 'source_connection';

/** Filled by the transaction's setting, so that the id does not travel with every row. */
const STAMP_DEFAULT = "current_setting('branchline.connection', true)";

/** Where a table's rows go, and how. */
export interface Target {
  readonly schema: string;
  readonly name: string;
  readonly layout: Layout;
  /** Whether rows carry {@link STAMP}. */
  readonly stamped: boolean;
  /** Columns copied, key columns first: the same names on both sides. */
  readonly columns: readonly string[];
  /** Key columns without the stamp; null where rows have no identity. */
  readonly key: readonly string[] | null;
  /** Whether both servers surely sort the key alike, so that key ranges mean the same on both. */
  readonly sameOrder: boolean;
  readonly format: CopyFormat;
  /** Nothing but the key stands in the way of copying straight into the table. */
  readonly plain: boolean;
  /** A partitioned table: its rows have no system columns to return. */
  readonly partitioned: boolean;
  /** Made just now, so there is no row in it. */
  readonly created: boolean;
}

/** The schema at central that holds a connection's tables. */
export function targetSchema(central: CentralSettings, connection: ConnectionSettings): string {
  return central.layout === 'schema' ? (connection.targetSchema ?? connection.id) : central.schema;
}

/**
 * Finds the central table for a source table; makes it, or adds and widens columns, where needed.
 *
 * @param existing the central table as the catalogue has it, or undefined
 * @throws SyncFailure `column_incompatible`, `central_key_missing`, `central_not_a_table`, `central_permission`
 */
export async function prepareTarget(
  session: Session,
  version: number,
  central: CentralSettings,
  connection: ConnectionSettings,
  source: TableShape,
  existing: TableShape | undefined,
): Promise<Target> {
  const schema = targetSchema(central, connection);
  const layout = layoutOf(central, existing);
  let shape = existing;
  if (shape === undefined) {
    await createTable(session, schema, source, layout);
  } else {
    if (shape.kind !== 'table' && shape.kind !== 'partitioned') {
      throw centralRefusal(FailureCode.CentralNotATable, { table: `${schema}.${source.name}` });
    }
    await alignColumns(session, schema, source, shape);
  }
  [shape] = await readTables(session, version, schema, [source.name]);
  if (shape === undefined)
    throw centralRefusal(FailureCode.CentralNotATable, { table: `${schema}.${source.name}` });
  return describeTarget(schema, layout, source, shape, existing === undefined);
}

/** True where the central table needs no change: then {@link describeTarget} alone is enough. */
export function fits(source: TableShape, existing: TableShape): boolean {
  return copied(source).every((one) => {
    const other = existing.columns.find((candidate) => candidate.name === one.name);
    return (
      other !== undefined && ['same', 'lossless'].includes(typeFit(one, other)) && enumCovered(one, other)
    );
  });
}

/** The layout that a table has, or is to have. */
export function layoutOf(central: CentralSettings, existing: TableShape | undefined): Layout {
  if (central.layout === 'schema') return 'schema';
  if (existing !== undefined) return existing.columns.some((one) => one.name === STAMP) ? 'stamp' : 'merge';
  return central.layout === 'merge' ? 'merge' : 'stamp';
}

/** Columns that are copied; generated ones are computed by central itself, or not at all. */
function copied(source: TableShape): readonly ColumnShape[] {
  return source.columns.filter((one) => !one.generated);
}

async function createTable(
  session: Session,
  schema: string,
  source: TableShape,
  layout: Layout,
): Promise<void> {
  const stamped = layout === 'stamp';
  if (stamped && source.columns.some((one) => one.name === STAMP)) {
    throw centralRefusal(FailureCode.ColumnIncompatible, incompatible(source, STAMP, 'text', 'text'));
  }
  const key = source.key ?? [];
  const columns = copied(source).map((one) => {
    // Branches differ: in a shared table only the key is NOT NULL.
    const notNull = key.includes(one.name) || (layout === 'schema' && one.notNull);
    return `${ident(one.name)} ${centralType(one, (name) => qualified(schema, name))}${notNull ? ' NOT NULL' : ''}`;
  });
  if (stamped) columns.unshift(`${ident(STAMP)} text COLLATE "C" NOT NULL DEFAULT ${STAMP_DEFAULT}`);
  if (key.length > 0)
    columns.push(`PRIMARY KEY (${[...(stamped ? [STAMP] : []), ...key].map(ident).join(', ')})`);
  const table = qualified(schema, source.name);
  await ddl(
    session,
    [
      `CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`,
      ...enumStatements(schema, source),
      `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(', ')})`,
    ],
    schema,
  );
}

/** Runs DDL in a transaction of its own, one installation at a time. */
async function ddl(session: Session, statements: readonly string[], schema: string): Promise<void> {
  const there = await session.query('SELECT to_regnamespace($1) IS NOT NULL AS there', [ident(schema)]);
  const needed =
    there.rows[0]?.there === 't' ? statements.filter((one) => !one.startsWith('CREATE SCHEMA')) : statements;
  if (needed.length === 0) return;
  try {
    await session.script(
      `BEGIN; SET LOCAL lock_timeout = '5s'; SELECT ${DDL_LOCK}; ${needed.join('; ')}; COMMIT`,
    );
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Makes the enum types of a table's columns. CREATE TYPE has no IF NOT EXISTS. */
function enumStatements(schema: string, source: TableShape): readonly string[] {
  return copied(source)
    .filter((one) => one.kind === 'enum' && one.enumName !== null)
    .map((one) => {
      const name = qualified(schema, one.enumName ?? '');
      const create = `CREATE TYPE ${name} AS ENUM (${one.enumLabels.map(literal).join(', ')})`;
      return `DO ${literal(`BEGIN ${create}; EXCEPTION WHEN duplicate_object THEN NULL; END`)}`;
    });
}

async function alignColumns(
  session: Session,
  schema: string,
  source: TableShape,
  central: TableShape,
): Promise<void> {
  const table = qualified(schema, source.name);
  const changes: string[] = [];
  const labels: string[] = [];
  for (const one of copied(source)) {
    const other = central.columns.find((candidate) => candidate.name === one.name);
    const type = centralType(one, (name) => qualified(schema, name));
    if (other === undefined) {
      changes.push(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${ident(one.name)} ${type}`);
      continue;
    }
    const how = typeFit(one, other);
    if (how === 'incompatible') {
      throw centralRefusal(
        FailureCode.ColumnIncompatible,
        incompatible(source, one.name, one.type, other.type),
      );
    }
    if (how === 'widened') changes.push(`ALTER TABLE ${table} ALTER COLUMN ${ident(one.name)} TYPE ${type}`);
    if (!enumCovered(one, other)) labels.push(...missingLabels(schema, one, other));
  }
  const missing = source.columns.filter((one) => !central.columns.some((other) => other.name === one.name));
  if (changes.length > 0) {
    await ddl(session, [...enumStatements(schema, { ...source, columns: missing }), ...changes], schema);
  }
  // A label added in a transaction cannot be used before it has ended: each goes on its own.
  for (const statement of labels) await session.query(statement);
}

function enumCovered(source: ColumnShape, central: ColumnShape): boolean {
  return central.kind !== 'enum' || source.enumLabels.every((label) => central.enumLabels.includes(label));
}

function missingLabels(schema: string, source: ColumnShape, central: ColumnShape): readonly string[] {
  return source.enumLabels
    .filter((label) => !central.enumLabels.includes(label))
    .map(
      (label) =>
        `ALTER TYPE ${qualified(schema, central.enumName ?? '')} ADD VALUE IF NOT EXISTS ${literal(label)}`,
    );
}

/** Puts together how rows go from a source table into a central one that fits it. */
export function describeTarget(
  schema: string,
  layout: Layout,
  source: TableShape,
  central: TableShape,
  created: boolean,
): Target {
  const stamped = layout === 'stamp';
  const of = (name: string): ColumnShape | undefined => central.columns.find((one) => one.name === name);
  const shared = copied(source).filter((one) => of(one.name)?.generated === false);
  const { key } = source;
  if (key !== null && !hasUniqueKey(central, stamped ? [STAMP, ...key] : key)) {
    const columns = (stamped ? [STAMP, ...key] : key).map(ident).join(', ');
    const table = qualified(schema, source.name);
    throw centralRefusal(FailureCode.CentralKeyMissing, {
      table: `${schema}.${source.name}`,
      columns,
      sql: `ALTER TABLE ${table} ADD UNIQUE (${columns})`,
    });
  }
  const first = key ?? [];
  const rest = shared.map((one) => one.name).filter((name) => !first.includes(name));
  const everySame = shared.every((one) => {
    const other = of(one.name);
    return other !== undefined && typeFit(one, other) === 'same';
  });
  return {
    schema,
    name: source.name,
    layout,
    stamped,
    columns: [...first, ...rest],
    key,
    sameOrder: first.every((name) =>
      sortsAlike(
        source.columns.find((one) => one.name === name),
        of(name),
      ),
    ),
    format: everySame && first.every((name) => canDecode(of(name)?.type ?? '')) ? 'binary' : 'text',
    plain: !central.otherConstraints && (!stamped || stampsItself(central)),
    partitioned: central.kind === 'partitioned',
    created,
  };
}

/** Whether the stamp's default is ours: a table made by head office may have none. */
function stampsItself(central: TableShape): boolean {
  return central.columns.some(
    (one) => one.name === STAMP && one.defaultExpression?.includes('branchline.connection'),
  );
}

function hasUniqueKey(central: TableShape, columns: readonly string[]): boolean {
  return central.uniqueKeys.some(
    (one) => one.length === columns.length && columns.every((name) => one.includes(name)),
  );
}

function sortsAlike(source: ColumnShape | undefined, central: ColumnShape | undefined): boolean {
  if (source === undefined || central === undefined) return false;
  return source.kind === 'builtin' && central.kind === 'builtin' && !source.collated && !central.collated;
}

function incompatible(source: TableShape, name: string, from: string, to: string): Record<string, string> {
  return { table: source.name, column: name, sourceType: from, centralType: to };
}
