import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openJournal } from '../../../../src/core/journal/openJournal.ts';
import { realPorts } from './world.ts';

/** What a journal of years holds. */
export interface Past {
  readonly batches: number;
  readonly tables: number;
  /** When the last batch ended, ISO 8601. */
  readonly until: string;
  /** Hours from batch to batch. */
  readonly everyHours: number;
}

/**
 * Fills a fresh journal with completed batches, table runs and their log lines, by SQL: the journal's own methods
 * wait for the disk each time, and would take hours for a million table runs.
 */
export function fillJournal(folder: string, { batches, tables, until, everyHours }: Past): void {
  openJournal(folder, realPorts).journal.close();
  const db = new Database(join(folder, 'journal.db'));
  db.pragma('synchronous = OFF');
  db.function('ended_at', (ago: number) =>
    new Date(new Date(until).getTime() - ago * everyHours * 3_600_000).toISOString(),
  );
  db.transaction(() => {
    db.prepare(
      `INSERT INTO sync_batches (batch_id, status, "trigger", total_tables, completed_tables, options, started_at,
         ended_at, duration_seconds)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       SELECT printf('sync_20200101_000000_%08d', i), 'completed', 'schedule', ?,  ?,
         '{"connections":["pgsql_lmp"],"tables":[],"strategy":null,"allowDeletes":false}',
         ended_at(? - i), ended_at(? - i), 180.5 FROM n`,
    ).run(batches, tables, tables, batches, batches);
    db.prepare(
      `INSERT INTO sync_progress (batch_id, connection, table_name, model_name, strategy, status,
         records_processed, records_skipped, bytes, estimated_rows, source_snapshot_at, started_at, ended_at,
         duration_seconds)
       WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ?)
       SELECT batch_id, 'pgsql_lmp', printf('c_table_%03d', k), printf('CTable%03d', k), 'changes', 'completed', 12,
         345, 4567, 10000, started_at, started_at, ended_at, 1.25
       FROM sync_batches b CROSS JOIN n ORDER BY b.rowid, k`,
    ).run(tables);
    db.exec(
      `INSERT INTO event_log (at, batch_id, connection, table_name, event, detail)
       SELECT p.started_at, p.batch_id, p.connection, p.table_name, column1, column2
       FROM sync_progress p CROSS JOIN (VALUES ('table_started', '{"strategy":null,"at_row":0}'),
         ('strategy_chosen', '{"strategy":"changes","reason":"row_versions"}'),
         ('table_completed', '{"processed":12,"skipped":345,"deleted":0,"bytes":4567}')) ORDER BY p.rowid`,
    );
    db.exec(
      `INSERT INTO table_lists (tables)
       SELECT DISTINCT json_group_array(json_array(connection, table_name)) FROM sync_progress GROUP BY batch_id`,
    );
    db.exec(
      `INSERT INTO batch_totals (batch_id, list_id, records_processed, bytes)
       SELECT batch_id, (SELECT id FROM table_lists), sum(records_processed), sum(bytes)
       FROM sync_progress GROUP BY batch_id`,
    );
  })();
  db.close();
}
