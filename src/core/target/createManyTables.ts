import { z } from 'zod';
import { SyncFailure } from '../../shared/errors.ts';
import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { ident, literal, oneLine, own } from '../postgres/quote.ts';
import { readJson, serverName } from '../postgres/readJson.ts';
import type { Session } from '../postgres/session.ts';
import { createTable } from './ddl.ts';
import { ddlLocked, LOCK_PATIENCE, schemaLock, tableLock, takeLock, takeLockOf } from './ddlLocks.ts';
import { HAS_CITUS, isHandedOver, leavesSchema, MAKE_LOCAL_SCHEMAS } from './distribution.ts';
import { OwnTypes } from './ownTypes.ts';
import { layoutOf, targetSchema } from './target.ts';

/**
 * Maximum number of tables made in one transaction: until it commits, each takes five places in the server's lock table
 * (6,400 by default), and all branches may make their tables at once.
 */
const MOST_AT_ONCE = 8;

/** Maximum SQL of one round trip, in characters, so that a slow link carries it within the time limit of an answer. */
const MOST_SQL = 96 * 1024;

/** A table to make. */
interface Wanted {
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Makes the central tables of many source tables in few round trips, since two a table would take minutes on a far link.
 * The server itself takes the lock of each table, looks once more whether the table exists by now, and makes it: no lock
 * is held while the link carries anything. A table that needs a closer look is left to its own turn
 * ({@link prepareTarget}), and so are all tables of a transaction that central refuses: there each gets its own failure,
 * with the SQL that head office needs.
 *
 * @param sources tables that central lacks, as its catalogue was read just now
 * @returns names of the tables made
 */
export async function createManyTables(
  session: Session,
  version: number,
  central: CentralSettings,
  connection: ConnectionSettings,
  sources: readonly TableShape[],
): Promise<ReadonlySet<string>> {
  const schema = targetSchema(central, connection);
  const made = new Set<string>();
  const wanted: Wanted[] = [];
  for (const source of sources.filter(isBuiltin)) {
    const types = await OwnTypes.read(session, version, schema, source.columns);
    const statements = unlessRefused(() => createTable(schema, source, layoutOf(central, undefined), types));
    if (statements !== null) wanted.push({ name: source.name, statements });
  }
  // Locks are taken in this order by all branches, so that none waits for another in a circle.
  wanted.sort((one, other) => (one.name < other.name ? -1 : 1));
  const isAlone = isHandedOver(central, layoutOf(central, undefined));
  const transactions = groupsOf(wanted).map((group) => createGroup(schema, group, isAlone));
  let together = roundTrips(transactions);
  while (together.length > 0) {
    const [next = [], ...rest] = together;
    const names = await runTogether(session, makeSchema(central, schema), next);
    for (const name of names ?? []) made.add(name);
    // Each transaction alone, so that a refused one does not take the others with it.
    together = names !== null || next.length < 2 ? rest : [...next.map((one) => [one]), ...rest];
  }
  return made;
}

/** @returns names of the tables made; null if central has refused a transaction */
async function runTogether(
  session: Session,
  first: string,
  transactions: readonly string[],
): Promise<readonly string[] | null> {
  // No wait for the disk here: the commit of the first checkpoint waits, and includes this one.
  const begin = [...session.begin(), LOCK_PATIENCE, 'SET LOCAL synchronous_commit = off'];
  const script = [first, ...transactions].flatMap((one) => [...begin, one, MADE, 'COMMIT']);
  try {
    const results = await session.script(script, session.workMs);
    return results.flatMap(({ rows }) =>
      rows.flatMap(({ made }) =>
        made == null || made === '' ? [] : readJson(session, madeNames, made, 'names of tables'),
      ),
    );
  } catch (error) {
    if (session.lost || !(error instanceof SyncFailure)) throw error;
    await session.query('ROLLBACK');
    const failure = ddlLocked(error);
    // The tables' own turns would meet the same lock.
    if (failure !== error) throw failure;
    return null;
  }
}

/** Whether central surely has all types of a table's columns, so that none has to be looked for or made. */
export function isBuiltin({ columns }: TableShape): boolean {
  return columns.every(({ own, type }) => own === null && !type.startsWith('xml'));
}

function unlessRefused<T>(plan: () => T): T | null {
  try {
    return plan();
  } catch (error) {
    if (error instanceof SyncFailure) return null;
    throw error;
  }
}

function groupsOf(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const groups: (readonly Wanted[])[] = [];
  for (let at = 0; at < wanted.length; at += MOST_AT_ONCE) groups.push(wanted.slice(at, at + MOST_AT_ONCE));
  return groups;
}

/** Transactions that travel together. */
function roundTrips(transactions: readonly string[]): readonly (readonly string[])[] {
  const trips: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const one of transactions) {
    const last = trips.at(-1);
    if (last === undefined || length + one.length > MOST_SQL) {
      trips.push([one]);
      length = one.length;
    } else {
      last.push(one);
      length += one.length;
    }
  }
  return trips;
}

/** Names of the tables that a transaction has made, for {@link MADE}. */
const NOTE_MADE = "pg_catalog.set_config('branchline.made', pg_catalog.to_json(made)::pg_catalog.text, true)";
const MADE = "SELECT pg_catalog.current_setting('branchline.made', true) AS made";
const madeNames = z.array(serverName);

/**
 * A statement that makes those of the tables whose names nothing else has.
 *
 * @param isAlone makes none of them where Citus is installed: a distributed table has dozens of parts, and locks on all of
 *   them, so each is made in a transaction of its own
 */
function createGroup(schema: string, group: readonly Wanted[], isAlone: boolean): string {
  const rows = group.map(
    ({ name, statements }) =>
      `(${literal(name)}, ${literal(tableLock(schema, name))}, ARRAY[${statements.map(literal).join(', ')}])`,
  );
  const none = isAlone ? `IF ${HAS_CITUS} THEN RETURN; END IF;` : '';
  return doBlock(`DECLARE w record; s pg_catalog.text; made pg_catalog.text[] := '{}'; BEGIN ${none}
    FOR w IN SELECT * FROM (VALUES ${rows.join(', ')}) v (name, lock, ddl) LOOP
      CONTINUE WHEN ${isTaken(schema, 'w.name')};
      PERFORM ${takeLockOf('w.lock')};
      CONTINUE WHEN ${isTaken(schema, 'w.name')};
      FOREACH s IN ARRAY w.ddl LOOP EXECUTE s; END LOOP;
      made := pg_catalog.array_append(made, w.name);
    END LOOP;
    PERFORM ${NOTE_MADE}; END`);
}

/** A statement that makes a schema if it is missing. */
function makeSchema(central: CentralSettings, schema: string): string {
  const local = leavesSchema(central) ? '' : `PERFORM ${MAKE_LOCAL_SCHEMAS};`;
  const hasSchema = `EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname ${own('=')} ${literal(schema)})`;
  // CREATE SCHEMA IF NOT EXISTS needs the right to create one even if the schema exists.
  return doBlock(`BEGIN IF NOT ${hasSchema} THEN
      PERFORM ${takeLock(schemaLock(schema))};
      IF NOT ${hasSchema} THEN ${local} EXECUTE ${literal(`CREATE SCHEMA ${ident(schema)}`)}; END IF;
    END IF; END`);
}

/** PL/pgSQL: whether a relation or type of the schema has the name. */
function isTaken(schema: string, name: string): string {
  const there = (catalogue: string, prefix: string): string =>
    `EXISTS (SELECT FROM pg_catalog.${catalogue} c JOIN pg_catalog.pg_namespace n ON n.oid ${own('=')} c.${prefix}namespace
      WHERE n.nspname ${own('=')} ${literal(schema)} AND c.${prefix}name ${own('=')} ${name}::pg_catalog.name)`;
  return `${there('pg_class', 'rel')} OR ${there('pg_type', 'typ')}`;
}

function doBlock(body: string): string {
  return `DO ${literal(oneLine(body))}`;
}
