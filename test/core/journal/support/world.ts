import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { NewBatch } from '../../../../src/core/journal/batches.ts';
import type { WritableJournal } from '../../../../src/core/journal/journal.ts';
import { openJournal } from '../../../../src/core/journal/openJournal.ts';
import type { Clock, Logger, Ports } from '../../../../src/core/ports.ts';
import { ALL_TABLES } from '../../../../src/shared/contract.ts';
import type { FailureDetail } from '../../../../src/shared/errors.ts';

const silent: Logger = { log: () => {} };

export const realClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
};

export const realPorts: Ports = { clock: realClock, random: Math.random, logger: silent };

/** A clock that stands still until told. */
export interface HandClock extends Clock {
  /** Time passes, on the wall and monotonic. */
  pass(seconds: number): void;
  /** Somebody sets the wall clock. */
  set(now: string): void;
}

export function handClock(start: string): HandClock {
  let wall = new Date(start).getTime();
  let ran = 0;
  return {
    now: () => new Date(wall),
    monotonic: () => ran,
    sleep: () => Promise.reject(new Error('nobody sleeps by this clock')),
    pass(seconds) {
      wall += seconds * 1000;
      ran += seconds * 1000;
    },
    set(now) {
      wall = new Date(now).getTime();
    },
  };
}

/** An empty folder, removed when the test has finished. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A journal in a folder, closed when the test has finished. */
export function journalIn(folder: string, ports: Ports = realPorts): WritableJournal {
  const { journal } = openJournal(folder, ports);
  onTestFinished(() => journal.close());
  return journal;
}

export function planOf(...tables: readonly string[]): NewBatch {
  return {
    trigger: 'cli',
    options: { connections: ['pgsql_lmp'], tables: [], strategy: null, allowDeletes: false },
    tables: tables.map((table) => ({
      connection: 'pgsql_lmp',
      table,
      model: table,
      estimatedRows: 100,
      strategy: null,
    })),
  };
}

/** A batch whose source could not be read: one row stands for all tables of the connection. */
export function planOfAllTables(): NewBatch {
  const { tables, ...plan } = planOf(ALL_TABLES);
  return { ...plan, tables: tables.map((one) => ({ ...one, model: '', allTables: true })) };
}

export const refusal: FailureDetail = {
  code: 'source_permission',
  kind: 'permanent',
  message: 'permission denied for table c_invoice',
  sqlstate: '42501',
  params: { table: 'c_invoice' },
};

export const counts = { processed: 90, skipped: 10, deleted: 1, bytes: 4096 };
