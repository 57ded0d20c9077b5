import type { TestDatabase } from './databases.ts';

export interface FakeCitusOptions {
  /** Whether new schemas are distributed: `citus.enable_schema_based_sharding`. */
  readonly tenants?: boolean;
}

/**
 * Makes a plain database look like one with Citus, as far as Branchline can see: the extension, the functions that hand
 * tables over, the catalogue that records them, and the internal trigger that Citus puts on its tables. Rows stay where
 * they are. No package of Citus exists for the servers of these tests; `test/citus` runs on a real one.
 */
export async function installFakeCitus(
  database: TestDatabase,
  { tenants = false }: FakeCitusOptions = {},
): Promise<void> {
  const client = await database.connectAdmin();
  try {
    for (const statement of STATEMENTS) await client.query(statement);
    const on = tenants ? 'on' : 'off';
    await client.query(`ALTER DATABASE ${database.database} SET citus.enable_schema_based_sharding = ${on}`);
  } finally {
    await client.end();
  }
}

const STATEMENTS = [
  'SET allow_system_table_mods = on',
  `INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
   VALUES (pg_catalog.pg_nextoid('pg_extension', 'oid', 'pg_extension_oid_index'), 'citus', 10, 11, false, '13.2-1')`,
  `CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL, partkey text,
     ordinal int GENERATED ALWAYS AS IDENTITY)`,
  'CREATE TABLE pg_catalog.pg_dist_schema (schemaid regnamespace PRIMARY KEY, colocationid int)',
  'GRANT SELECT ON pg_catalog.pg_dist_partition, pg_catalog.pg_dist_schema TO PUBLIC',
  `CREATE VIEW pg_catalog.citus_tables AS SELECT logicalrelid AS table_name,
     CASE WHEN partmethod = 'h' THEN 'distributed' WHEN partkey IS NULL AND partmethod = 'n' THEN 'reference' ELSE 'schema' END AS citus_table_type,
     partkey AS distribution_column FROM pg_catalog.pg_dist_partition`,
  'GRANT SELECT ON pg_catalog.citus_tables TO PUBLIC',
  `CREATE FUNCTION pg_catalog.citus_truncate_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  `CREATE FUNCTION pg_catalog.fake_citus_mark(name regclass, method "char", key text) RETURNS void
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
     INSERT INTO pg_catalog.pg_dist_partition VALUES (name, method, key);
     EXECUTE format('CREATE TRIGGER truncate_trigger AFTER TRUNCATE ON %s FOR EACH STATEMENT
       EXECUTE FUNCTION pg_catalog.citus_truncate_trigger()', name);
     UPDATE pg_catalog.pg_trigger SET tgisinternal = true WHERE tgrelid = name AND tgname = 'truncate_trigger';
   END $$`,
  `CREATE FUNCTION pg_catalog.fake_citus_check(name regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
     IF NOT pg_catalog.pg_has_role((SELECT relowner FROM pg_catalog.pg_class WHERE oid = name), 'USAGE') THEN
       RAISE insufficient_privilege USING MESSAGE = pg_catalog.format('must be owner of table %s', name);
     END IF;
     IF EXISTS (SELECT FROM pg_catalog.pg_dist_schema s JOIN pg_catalog.pg_class c ON c.relnamespace = s.schemaid WHERE c.oid = name) THEN
       RAISE EXCEPTION 'table % is already distributed', name;
     END IF;
   END $$`,
  `CREATE FUNCTION pg_catalog.create_distributed_table(table_name regclass, distribution_column text,
     distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL)
   RETURNS void LANGUAGE plpgsql AS $$ BEGIN
     PERFORM pg_catalog.fake_citus_check(table_name);
     PERFORM pg_catalog.fake_citus_mark(table_name, 'h', distribution_column);
   END $$`,
  `CREATE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
     PERFORM pg_catalog.fake_citus_check(table_name);
     PERFORM pg_catalog.fake_citus_mark(table_name, 'n', NULL);
   END $$`,
  `CREATE FUNCTION pg_catalog.citus_schema_undistribute(schemaname regnamespace) RETURNS void
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
     DELETE FROM pg_catalog.pg_dist_schema WHERE schemaid = schemaname;
     WITH gone AS (DELETE FROM pg_catalog.pg_dist_partition p USING pg_catalog.pg_class c
       WHERE c.oid = p.logicalrelid AND c.relnamespace = schemaname RETURNING p.logicalrelid)
     DELETE FROM pg_catalog.pg_trigger t USING gone WHERE t.tgrelid = gone.logicalrelid AND t.tgname = 'truncate_trigger';
   END $$`,
  // Citus does so in its hook on utility statements.
  `CREATE FUNCTION pg_catalog.fake_citus_ddl() RETURNS event_trigger
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ DECLARE made record; BEGIN
     FOR made IN SELECT * FROM pg_catalog.pg_event_trigger_ddl_commands() LOOP
       IF made.command_tag = 'CREATE SCHEMA' THEN
         INSERT INTO pg_catalog.pg_dist_schema SELECT made.objid, 1
           WHERE pg_catalog.current_setting('citus.enable_schema_based_sharding', true) = 'on';
       ELSIF made.object_type = 'table' AND EXISTS (SELECT FROM pg_catalog.pg_dist_schema s
           JOIN pg_catalog.pg_class c ON c.relnamespace = s.schemaid WHERE c.oid = made.objid) THEN
         PERFORM pg_catalog.fake_citus_mark(made.objid::regclass, 's', NULL);
       END IF;
     END LOOP;
   END $$`,
  `CREATE EVENT TRIGGER fake_citus ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA', 'CREATE TABLE', 'CREATE TABLE AS')
   EXECUTE FUNCTION pg_catalog.fake_citus_ddl()`,
  // Of a table that is dropped, too: a later one may get its oid.
  `CREATE FUNCTION pg_catalog.fake_citus_drop() RETURNS event_trigger
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
     DELETE FROM pg_catalog.pg_dist_partition p USING pg_catalog.pg_event_trigger_dropped_objects() d WHERE d.objid = p.logicalrelid::oid;
   END $$`,
  'CREATE EVENT TRIGGER fake_citus_drop ON sql_drop EXECUTE FUNCTION pg_catalog.fake_citus_drop()',
];
