import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import { ident, literal, oneLine } from '../postgres/quote.ts';
import { ownRowOf, restrict, stampedBy } from '../target/branchPolicies.ts';
import {
  ANSWERING_RIGHTS,
  askingSql,
  GIVE_TO_OWNER,
  HEAD_OFFICE_NAMES,
  HEAD_OFFICE_SQL,
  HEAD_OFFICE_TABLES,
  REQUESTS_TABLE,
  readingSql,
} from '../target/headOfficeTables.ts';
import { noteOwner } from '../target/ownOwners.ts';
import { OWN_SCHEMA_SQL, OWN_TABLES, refuseBranches } from '../target/setup.ts';
import { STAMP, targetSchema } from '../target/target.ts';

/** Layouts that keep the rows of two branches apart. */
export type SeparateLayout = 'schema' | 'stamp';

/** A part of the SQL for head office; `topic` names the comment before it. */
export interface SqlSection {
  readonly topic: 'role' | 'own' | 'schema' | 'stamp' | 'reader';
  readonly statements: readonly string[];
}

export interface CentralSqlOptions {
  readonly layout: SeparateLayout;
  /** The role with which the branch signs in at central. */
  readonly role: string;
}

/**
 * SQL with which head office gives a branch its own role, which can neither read nor change the data of
 * another branch's role at central. An administrator of the central database runs it. It can be repeated, and
 * must be after an update of Branchline or, in layout `stamp`, for new tables.
 *
 * It is one transaction, because policies are dropped and created again, and in between the role would see
 * every branch's rows. If a statement fails, everything is rolled back, so no right is granted without the
 * policy that limits it.
 */
export function centralSql(
  central: CentralSettings,
  connection: ConnectionSettings,
  { layout, role }: CentralSqlOptions,
): readonly SqlSection[] {
  const schema = targetSchema({ ...central, layout }, connection);
  return [
    { topic: 'role', statements: ['BEGIN;', ...roleSql(central.database, role)] },
    { topic: 'own', statements: ownSql(connection.id, role) },
    layout === 'schema'
      ? { topic: 'schema', statements: [...mirrorSql(schema, connection.id, role), 'COMMIT;'] }
      : { topic: 'stamp', statements: [...stampSql(schema, connection.id, role), 'COMMIT;'] },
  ];
}

/** The role of {@link readerSql}, unless a person chooses another one. */
export const READER = 'branchline_head_office';

/**
 * SQL with which head office makes a role that may read how all branches stand, and nothing else, and makes the tables for
 * that where they are missing in the schema that the branches, or `centralSql`, have made. It notes in a comment on the role whom Branchline's schema belongs to, so that the role
 * trusts the view in it.
 *
 * @param asks whether the role may also store requests to branches
 */
export function readerSql(central: CentralSettings, role: string, asks = false): readonly SqlSection[] {
  const statements = [
    'BEGIN;',
    ...roleSql(central.database, role),
    ...HEAD_OFFICE_PART,
    block(`BEGIN ${noteOwner(literal(role))} END`),
    ...(asks ? askingSql(role) : readingSql(role)),
    'COMMIT;',
  ];
  return [{ topic: 'reader', statements }];
}

const HEAD_OFFICE_PART: readonly string[] = [
  block(refuseBranches(HEAD_OFFICE_NAMES)),
  ...HEAD_OFFICE_SQL.map((one) => `${oneLine(one)};`),
  block(GIVE_TO_OWNER),
];

/** Role names are limited to 63 bytes; an id has at most 40. */
export function roleOf(connection: string): string {
  return `branchline_${connection}`;
}

/** A role quoted for psql's own commands, which lower-case unquoted names. */
export function psqlName(role: string): string {
  return ident(role);
}

function roleSql(database: string, role: string): readonly string[] {
  return [
    block(
      `BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) ${literal(role)}) THEN
         CREATE ROLE ${ident(role)} LOGIN; END IF;
       IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) ${literal(role)} AND (rolsuper OR rolbypassrls)) THEN
         ${raise(`'role %I passes row-level security, so nothing can bound it: give the branch another role (--role)', ${literal(role)}`)}
       END IF; END`,
    ),
    `GRANT CONNECT ON DATABASE ${ident(database)} TO ${ident(role)};`,
  ];
}

/**
 * Branchline's own tables hold all branches' rows. They stay head office's, because an owner could remove the
 * policies.
 */
function ownSql(connection: string, role: string): readonly string[] {
  const theirs = ownRowOf(connection);
  return [
    ...OWN_SCHEMA_SQL,
    ...HEAD_OFFICE_PART,
    block(
      `DECLARE t record; BEGIN ${refuseOwned(role, `c.relnamespace OPERATOR(pg_catalog.=) 'branchline'::pg_catalog.regnamespace AND c.relname OPERATOR(pg_catalog.=) ANY ('{setup,${OWN_TABLES.join()}}')`)}
       IF EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'branchline' AND ${mayActAs(role, 'nspowner')}) THEN
         ${raise(`'schema branchline belongs to role %I, or to one that it is a member of, so no policy bounds it: give the branch another role (--role), or the schema another owner', ${literal(role)}`)}
       END IF;
       ${noteOwner(literal(role))} END`,
    ),
    // Staging tables are created there.
    `GRANT USAGE, CREATE ON SCHEMA branchline TO ${ident(role)};`,
    `GRANT SELECT ON branchline.setup TO ${ident(role)};`,
    ...[...OWN_TABLES, ...HEAD_OFFICE_TABLES].flatMap((name) =>
      restrict(`branchline.${name}`, connection, role, theirs),
    ),
    ...restrict(`branchline.${REQUESTS_TABLE}`, connection, role, theirs, ANSWERING_RIGHTS),
  ];
}

/** Whether a role has the owner's rights: owners bypass their tables' policies, and so do members of the owner. */
function mayActAs(role: string, owner: string): string {
  return `pg_catalog.pg_has_role(${literal(role)}, ${owner}, 'MEMBER')`;
}

/**
 * PL/pgSQL that aborts the transaction if the role could remove a table's policies. @param which selects the
 * tables `c`
 */
function refuseOwned(role: string, which: string): string {
  return `FOR t IN SELECT c.oid::pg_catalog.regclass AS name FROM pg_catalog.pg_class c WHERE ${which} AND ${mayActAs(role, 'c.relowner')}
      LOOP ${raise(`'table %s belongs to role %I, or to one that it is a member of, so no policy bounds it: see what that role has done to it, then give it another owner (ALTER TABLE %s OWNER TO ...) or drop it', t.name, ${literal(role)}, t.name`)} END LOOP;`;
}

/** A mirror is the branch's own schema; this also takes over what another role created in it. */
function mirrorSql(schema: string, connection: string, role: string): readonly string[] {
  return [
    `CREATE SCHEMA IF NOT EXISTS ${ident(schema)};`,
    refuseTakenSchema(schema, connection, role),
    `ALTER SCHEMA ${ident(schema)} OWNER TO ${ident(role)};`,
    block(`DECLARE t record; BEGIN
      FOR t IN SELECT c.oid::pg_catalog.regclass AS name FROM pg_catalog.pg_class c
        WHERE c.relnamespace OPERATOR(pg_catalog.=) ${literal(ident(schema))}::pg_catalog.regnamespace
          AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}')
      LOOP EXECUTE pg_catalog.format('ALTER TABLE %s OWNER TO %I', t.name, ${literal(role)}); END LOOP;
      FOR t IN SELECT y.oid::pg_catalog.regtype AS name FROM pg_catalog.pg_type y
        LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) y.typrelid
        WHERE y.typnamespace OPERATOR(pg_catalog.=) ${literal(ident(schema))}::pg_catalog.regnamespace
          AND (y.typtype OPERATOR(pg_catalog.=) ANY ('{e,r}') OR c.relkind OPERATOR(pg_catalog.=) 'c')
      LOOP EXECUTE pg_catalog.format('ALTER TYPE %s OWNER TO %I', t.name, ${literal(role)}); END LOOP; END`),
  ];
}

/**
 * Aborts the transaction if the schema belongs to another branch or to everybody, because its tables would be
 * given to this branch's role. Allowed owners are the role itself and the role that all branches shared
 * before, which then owns Branchline's own schema. A schema of the person who runs this must be empty or
 * recorded as this branch's mirror: a branch's settings must not give away tables of head office.
 */
function refuseTakenSchema(schema: string, connection: string, role: string): string {
  const name = literal(schema);
  return block(`DECLARE o pg_catalog.name; BEGIN
    IF ${name} OPERATOR(pg_catalog.=) ANY ('{public,branchline,information_schema}') OR ${name} OPERATOR(pg_catalog.~) '^pg_' THEN
      ${raise(`'schema %I is not that of a single branch: set "targetSchema" to another one', ${name}`)} END IF;
    SELECT s.connection INTO o FROM branchline.sources s
      WHERE s.target_schema OPERATOR(pg_catalog.=) ${name} AND s.connection OPERATOR(pg_catalog.<>) ${literal(connection)} LIMIT 1;
    IF FOUND THEN
      ${raise(`'schema %I is that of connection %s: set "targetSchema" to another one, or release it (UPDATE branchline.sources SET target_schema = NULL WHERE connection = %L)', ${name}, o, o`)} END IF;
    SELECT r.rolname INTO o FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
      WHERE n.nspname OPERATOR(pg_catalog.=) ${name} AND r.rolname OPERATOR(pg_catalog.<>) ALL (ARRAY[${literal(role)}, current_user])
        AND n.nspowner OPERATOR(pg_catalog.<>) (SELECT b.nspowner FROM pg_catalog.pg_namespace b WHERE b.nspname OPERATOR(pg_catalog.=) 'branchline');
    IF FOUND THEN
      ${raise(`'schema %I belongs to role %I: where it is that of connection %s, run ALTER SCHEMA %I OWNER TO %I first', ${name}, o, ${literal(connection)}, ${name}, ${literal(role)}`)} END IF;
    IF EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
        JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
        WHERE n.nspname OPERATOR(pg_catalog.=) ${name} AND r.rolname OPERATOR(pg_catalog.=) current_user)
      AND NOT EXISTS (SELECT FROM branchline.sources s
        WHERE s.target_schema OPERATOR(pg_catalog.=) ${name} AND s.connection OPERATOR(pg_catalog.=) ${literal(connection)}) THEN
      ${raise(`'schema %I is yours and has tables, and connection %s has not synced into it: set "targetSchema" to another one; or, where these tables are that branch''s, run ALTER SCHEMA %I OWNER TO %I first', ${name}, ${literal(connection)}, ${name}, ${literal(role)}`)} END IF; END`);
}

/** PL/pgSQL that aborts the transaction. @param message arguments of format() */
function raise(message: string): string {
  return `RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = pg_catalog.format(${message});`;
}

/** Tables that branches share stay head office's, because their owner could remove the policies. */
function stampSql(schema: string, connection: string, role: string): readonly string[] {
  const theirs = stampedBy(connection);
  const each = restrict('%s', connection, role, theirs).map(
    (one) =>
      `EXECUTE pg_catalog.format(${literal(one.replaceAll(/%(?!s)/g, '%%'))}${', t.name'.repeat(one.split('%s').length - 1)});`,
  );
  const shared = `c.relnamespace OPERATOR(pg_catalog.=) ${literal(ident(schema))}::pg_catalog.regnamespace
    AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}') AND NOT c.relispartition`;
  const stamp = `a.attname OPERATOR(pg_catalog.=) ${literal(STAMP)} AND NOT a.attisdropped`;
  return [
    `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)};`,
    block(`DECLARE t record; BEGIN ${refuseOwned(role, `${shared} AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND ${stamp})`)}
      FOR t IN SELECT c.oid::pg_catalog.regclass AS name FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
        WHERE ${shared} AND ${stamp}
      LOOP ${each.join(' ')} END LOOP; END`),
  ];
}

/** An anonymous block. Quoted as a literal, because names may contain dollar signs. */
function block(body: string): string {
  return `DO ${literal(oneLine(body))};`;
}

/** All sections as one text, each under a comment. */
export function sqlText(
  sections: readonly SqlSection[],
  comment: (topic: SqlSection['topic']) => readonly string[],
): readonly string[] {
  return sections.flatMap(({ topic, statements }) => [
    ...comment(topic).map((line) => `-- ${line}`),
    ...statements,
    '',
  ]);
}
