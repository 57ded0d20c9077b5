import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import { ident, literal, oneLine } from '../postgres/quote.ts';
import { OWN_SCHEMA_SQL, OWN_TABLES } from '../target/setup.ts';
import { POLICY_PREFIX, STAMP, targetSchema } from '../target/target.ts';

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
 */
export function centralSql(
  central: CentralSettings,
  connection: ConnectionSettings,
  { layout, role }: CentralSqlOptions,
): readonly SqlSection[] {
  const schema = targetSchema({ ...central, layout }, connection);
  return [
    { topic: 'role', statements: roleSql(central.database, role) },
    { topic: 'own', statements: ownSql(connection.id, role) },
    layout === 'schema'
      ? { topic: 'schema', statements: mirrorSql(schema, role) }
      : { topic: 'stamp', statements: stampSql(schema, connection.id, role) },
  ];
}

/** Role names end at 63 bytes; an id has at most 40. */
export function roleOf(connection: string): string {
  return `branchline_${connection}`;
}

function roleSql(database: string, role: string): readonly string[] {
  return [
    block(
      `BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) ${literal(role)}) THEN
         CREATE ROLE ${ident(role)} LOGIN; END IF; END`,
    ),
    `GRANT CONNECT ON DATABASE ${ident(database)} TO ${ident(role)};`,
  ];
}

/** Branchline's own tables: everybody's rows are in them. They stay head office's, or a branch could lift the policies. */
function ownSql(connection: string, role: string): readonly string[] {
  const theirs = `connection OPERATOR(pg_catalog.=) ${literal(connection)}`;
  return [
    ...OWN_SCHEMA_SQL,
    // Staging tables are made there.
    `GRANT USAGE, CREATE ON SCHEMA branchline TO ${ident(role)};`,
    `GRANT SELECT ON branchline.setup TO ${ident(role)};`,
    ...OWN_TABLES.flatMap((name) => restrict(`branchline.${name}`, connection, role, theirs)),
  ];
}

/**
 * Shows a table's rows to everybody who has been granted them, as before, but to this role its own alone. Restrictive,
 * since permissive policies add up.
 */
function restrict(table: string, connection: string, role: string, condition: string): readonly string[] {
  const [all, own] = [ident(`${POLICY_PREFIX}all`), ident(`${POLICY_PREFIX}${connection}`)];
  return [
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${ident(role)};`,
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`,
    `DROP POLICY IF EXISTS ${all} ON ${table};`,
    `CREATE POLICY ${all} ON ${table} USING (true) WITH CHECK (true);`,
    `DROP POLICY IF EXISTS ${own} ON ${table};`,
    `CREATE POLICY ${own} ON ${table} AS RESTRICTIVE TO ${ident(role)} USING (${condition}) WITH CHECK (${condition});`,
  ];
}

/** A mirror is the branch's own schema, with what another role may have made in it. */
function mirrorSql(schema: string, role: string): readonly string[] {
  const owner = `OWNER TO ${ident(role)}`;
  return [
    `CREATE SCHEMA IF NOT EXISTS ${ident(schema)};`,
    `ALTER SCHEMA ${ident(schema)} ${owner};`,
    block(`DECLARE t record; BEGIN
      FOR t IN SELECT c.oid::pg_catalog.regclass AS name FROM pg_catalog.pg_class c
        WHERE c.relnamespace OPERATOR(pg_catalog.=) ${literal(ident(schema))}::pg_catalog.regnamespace
          AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}')
      LOOP EXECUTE pg_catalog.format('ALTER TABLE %s ${owner}', t.name); END LOOP;
      FOR t IN SELECT y.oid::pg_catalog.regtype AS name FROM pg_catalog.pg_type y
        LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) y.typrelid
        WHERE y.typnamespace OPERATOR(pg_catalog.=) ${literal(ident(schema))}::pg_catalog.regnamespace
          AND (y.typtype OPERATOR(pg_catalog.=) ANY ('{e,r}') OR c.relkind OPERATOR(pg_catalog.=) 'c')
      LOOP EXECUTE pg_catalog.format('ALTER TYPE %s ${owner}', t.name); END LOOP; END`),
  ];
}

/** Tables that branches share stay head office's: their owner could lift the policies. */
function stampSql(schema: string, connection: string, role: string): readonly string[] {
  const theirs = `${ident(STAMP)} OPERATOR(pg_catalog.=) ${literal(connection)}`;
  const each = restrict('%s', connection, role, theirs).map(
    (one) =>
      `EXECUTE pg_catalog.format(${literal(one.replaceAll(/%(?!s)/g, '%%'))}${', t.name'.repeat(one.split('%s').length - 1)});`,
  );
  return [
    `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)};`,
    block(`DECLARE t record; BEGIN
      FOR t IN SELECT c.oid::pg_catalog.regclass AS name FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
        WHERE c.relnamespace OPERATOR(pg_catalog.=) ${literal(ident(schema))}::pg_catalog.regnamespace
          AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}') AND NOT c.relispartition
          AND a.attname OPERATOR(pg_catalog.=) ${literal(STAMP)} AND NOT a.attisdropped
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
