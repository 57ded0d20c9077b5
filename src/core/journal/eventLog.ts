import type { Clock } from '../ports.ts';
import type { Store } from './store.ts';

/** What a line of the event log speaks of. All absent: the installation as a whole. */
export interface LogSubject {
  /** Absent for a table run alone. */
  readonly batchId?: string | null;
  readonly connection?: string;
  readonly table?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Appends one line; a database trigger refuses to change it afterwards. */
export function appendEvent(store: Store, clock: Clock, event: string, subject: LogSubject): void {
  store.run(
    `INSERT INTO event_log (at, batch_id, connection, table_name, event, detail)
     VALUES (@at, @batch_id, @connection, @table_name, @event, @detail)`,
    {
      at: clock.now().toISOString(),
      batch_id: subject.batchId ?? null,
      connection: subject.connection ?? null,
      table_name: subject.table ?? null,
      event,
      detail: JSON.stringify(subject.detail ?? {}),
    },
  );
}
