import type pg from 'pg';
import { vi } from 'vitest';

/** A session of ours at central that is in a transaction, and what it has locked. */
export interface Backend {
  readonly pid: number;
  readonly state: string;
  /** Tables on which it holds a lock that writing needs. */
  readonly locked: readonly string[];
}

/** The sessions of ours that hold locks on tables now. */
export async function holders(client: pg.Client): Promise<readonly Backend[]> {
  const found = await client.query<Backend>(
    `SELECT a.pid, a.state, array_agg(DISTINCT l.relation::regclass::text) AS locked
     FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.granted AND l.locktype = 'relation'
       JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'r' AND c.relnamespace <> 'pg_catalog'::regnamespace
     WHERE a.datname = current_database() AND a.application_name LIKE 'branchline/%'
       AND l.mode IN ('RowExclusiveLock', 'AccessExclusiveLock')
     GROUP BY a.pid, a.state`,
  );
  return found.rows;
}

export interface CommitGate {
  /** Resolves when the session that commits the chunk stands there. */
  reached(): Promise<void>;
  /** Lets later commits pass; who stands there already stays. */
  open(): Promise<void>;
}

/**
 * Makes central stand still inside the COMMIT of a table's second chunk, behind the update of its
 * checkpoint: as it would for a synchronous standby that does not answer.
 */
export async function commitGate(admin: pg.Client, table: string): Promise<CommitGate> {
  await admin.query(`
    CREATE TABLE branchline.gate AS SELECT true AS closed;
    CREATE FUNCTION branchline.stand_still() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF NEW.table_name = '${table}' AND NEW.seq = 2 AND (SELECT closed FROM branchline.gate) THEN
        PERFORM pg_sleep(600);
      END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER stand_still AFTER UPDATE ON branchline.checkpoints
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION branchline.stand_still()`);
  return {
    reached: async () => {
      const sleeper = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`;
      const stands = async (): Promise<boolean> => (await admin.query(sleeper)).rowCount === 1;
      await vi.waitUntil(stands, { timeout: 20_000, interval: 20 });
    },
    open: async () => void (await admin.query('UPDATE branchline.gate SET closed = false')),
  };
}
