import type { Clock } from '../ports.ts';
import type { Store } from './store.ts';

/** Attempts to resume a batch without a person. */
export interface AutoResume {
  /** In a row, without any progress between them. */
  readonly attempts: number;
  /** How far the batch was when the last one began; see `progressOf`. */
  readonly progress: number;
  readonly lastAt: string;
}

/** What the service keeps between its lives. */
export interface ServiceNotes {
  autoResume(batchId: string): AutoResume | null;
  /** Written before an attempt begins, so that one which takes the process down counts too. */
  noteAutoResume(batchId: string, attempts: number, progress: number): void;
  /** @returns the JSON value kept under a name, or null */
  serviceNote(name: string): unknown;
  /** @param value null forgets it */
  setServiceNote(name: string, value: unknown): void;
}

export function createServiceNotes(store: Store, clock: Clock): ServiceNotes {
  return {
    autoResume: (batchId) =>
      store.get<AutoResume>(
        'SELECT attempts, progress, last_at AS lastAt FROM auto_resumes WHERE batch_id = @batch_id',
        { batch_id: batchId },
      ) ?? null,
    noteAutoResume: (batchId, attempts, progress) => {
      store.run(
        `INSERT INTO auto_resumes (batch_id, attempts, progress, last_at)
         VALUES (@batch_id, @attempts, @progress, @last_at)
         ON CONFLICT (batch_id) DO UPDATE SET attempts = excluded.attempts, progress = excluded.progress,
           last_at = excluded.last_at`,
        { batch_id: batchId, attempts, progress, last_at: clock.now().toISOString() },
      );
    },
    serviceNote: (name) => {
      const row = store.get<{ readonly value: string }>(
        'SELECT value FROM service_notes WHERE name = @name',
        { name },
      );
      return row === undefined ? null : JSON.parse(row.value);
    },
    setServiceNote: (name, value) => {
      if (value === null) store.run('DELETE FROM service_notes WHERE name = @name', { name });
      else
        store.run(
          'INSERT INTO service_notes (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          { name, value: JSON.stringify(value) },
        );
    },
  };
}
