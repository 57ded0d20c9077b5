import type { Clock } from '../ports.ts';
import type { ReadableStore, WritableStore } from './store.ts';

/** Attempts to resume a batch without a person. */
export interface AutoResume {
  /** Consecutive attempts without any progress. */
  readonly attempts: number;
  /** Progress of the batch when the last attempt began; see `progressOf`. */
  readonly progress: number;
  readonly lastAt: string;
}

/** What the service has to remember after a restart. */
export interface ServiceNoteReads {
  autoResume(batchId: string): AutoResume | null;
  /** @returns the JSON value stored under a name, or null */
  serviceNote(name: string): unknown;
}

export interface ServiceNoteWrites {
  /** Written before an attempt begins, so that an attempt that kills the process counts too. */
  noteAutoResume(batchId: string, attempts: number, progress: number): void;
  /** @param value null deletes it */
  setServiceNote(name: string, value: unknown): void;
}

export function createServiceNoteReads(store: ReadableStore): ServiceNoteReads {
  return {
    autoResume: (batchId) =>
      store.get<AutoResume>(
        'SELECT attempts, progress, last_at AS lastAt FROM auto_resumes WHERE batch_id = @batch_id',
        { batch_id: batchId },
      ) ?? null,
    serviceNote: (name) => {
      const row = store.get<{ readonly value: string }>(
        'SELECT value FROM service_notes WHERE name = @name',
        { name },
      );
      return row === undefined ? null : JSON.parse(row.value);
    },
  };
}

export function createServiceNoteWrites(store: WritableStore, clock: Clock): ServiceNoteWrites {
  return {
    noteAutoResume: (batchId, attempts, progress) => {
      store.run(
        `INSERT INTO auto_resumes (batch_id, attempts, progress, last_at)
         VALUES (@batch_id, @attempts, @progress, @last_at)
         ON CONFLICT (batch_id) DO UPDATE SET attempts = excluded.attempts, progress = excluded.progress,
           last_at = excluded.last_at`,
        { batch_id: batchId, attempts, progress, last_at: clock.now().toISOString() },
      );
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
