import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import { ident, literal, oneLine } from '../postgres/quote.ts';
import { ownRowOf, restrict, stampedBy } from '../target/branchPolicies.ts';
import { noteOwner } from '../target/ownOwners.ts';
import { OWN_SCHEMA_SQL, OWN_TABLES } from '../target/setup.ts';
import { STAMP, targetSchema } from '../target/target.ts';

/** Layouts in which the rows of two branches can be kept apart. */
export type SeparateLayout = 'schema' | 'stamp';

/** A part of what head office is to run; `topic` names the comment before it. */
export interface SqlSection {
  readonly topic: 'role' | 'own' | 'schema' | 'stamp';
  readonly statements: readonly string[];
}

export interface CentralSqlOptions {
  readonly layout: SeparateLayout;
  /** The role that the branch signs in as at central. */
  readonly role: string;
}

/**
 * SQL by which head office gives a branch a role of its own, which can neither read nor change what another branch's
 * role has at central. An administrator of the central database runs it; running it again does no harm, and is what
 * follows a new version of Branchline or, in layout `stamp`, new tables.
 *
 * One transaction: policies are dropped and made again, and between the two the role would see every branch's rows. A
 * statement that fails takes all of it back, so no right is given without the policy that bounds it.
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

/** Role names end at 63 bytes; an id has at most 40. */
export function roleOf(connection: string): string {
  return `branchline_${connection}`;
}

/** A role as psql's own commands take it: without quotes, they read capitals as lower case. */
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

/** Branchline's own tables: everybody's rows are in them. They stay head office's, or a branch could lift the policies. */
function ownSql(connection: string, role: string): readonly string[] {
  const theirs = ownRowOf(connection);
  return [
    ...OWN_SCHEMA_SQL,
    block(
      `DECLARE t record; BEGIN ${refuseOwned(role, "c.relnamespace OPERATOR(pg_catalog.=) 'branchline'::pg_catalog.regnamespace AND c.relname OPERATOR(pg_catalog.=) ANY ('{setup,sources,checkpoints,delete_rights}')")}
       IF EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'branchline' AND ${mayActAs(role, 'nspowner')}) THEN
         ${raise(`'schema branchline belongs to role %I, or to one that it is a member of, so no policy bounds it: give the branch another role (--role), or the schema another owner', ${literal(role)}`)}
       END IF;
       ${noteOwner(literal(role))} END`,
    ),
    // Staging tables are made there.
    `GRANT USAGE, CREATE ON SCHEMA branchline TO ${ident(role)};`,
    `GRANT SELECT ON branchline.setup TO ${ident(role)};`,
    ...OWN_TABLES.flatMap((name) => restrict(`branchline.${name}`, connection, role, theirs)),
  ];
}

/** Owners pass the policies of their tables, and so do members of the owner. */
function mayActAs(role: string, owner: string): string {
  return `pg_catalog.pg_has_role(${literal(role)}, ${owner}, 'MEMBER')`;
}

/** PL/pgSQL that ends the transaction where the role could lift the policies of a table. @param which of the tables `c` */
function refuseOwned(role: string, which: string): string {
  return `FOR t IN SELECT c.oid::pg_catalog.regclass AS name FROM pg_catalog.pg_class c WHERE ${which} AND ${mayActAs(role, 'c.relowner')}
      LOOP ${raise(`'table %s belongs to role %I, or to one that it is a member of, so no policy bounds it: see what that role has done to it, then give it another owner (ALTER TABLE %s OWNER TO ...) or drop it', t.name, ${literal(role)}, t.name`)} END LOOP;`;
}

/** A mirror is the branch's own schema, with what another role may have made in it. */
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
 * Ends the transaction where the schema is another branch's, or everybody's: its tables would get this branch's role as
 * their owner. It may be the role's already, or that of the one role that all branches had before, which owns Branchline's
 * own schema then. One of whoever runs this has to be empty, or to be the branch's mirror by what is recorded: the
 * settings of a branch must not give away tables of head office.
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

/** PL/pgSQL that ends the transaction. @param message arguments of format() */
function raise(message: string): string {
  return `RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = pg_catalog.format(${message});`;
}

/** Tables that branches share stay head office's: their owner could lift the policies. */
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

/** An anonymous block. Names may hold a dollar sign, so its quotes are ours alone. */
function block(body: string): string {
  return `DO ${literal(oneLine(body))};`;
}

/** All of it as one text, each section under a comment. */
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
