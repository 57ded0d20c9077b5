import { describe, expect, it } from 'vitest';
import { renderWatched } from '../../src/cli/commands/syncStatus.ts';
import { renderBoard } from '../../src/cli/progress/board.ts';
import { LiveDisplay } from '../../src/cli/progress/liveDisplay.ts';
import { EventStream, PlainLines } from '../../src/cli/progress/reporter.ts';
import { renderEvent } from '../../src/cli/render/eventLine.ts';
import { RunFold } from '../../src/core/progress/runFold.ts';
import { paceOf, RunProgress } from '../../src/core/progress/runProgress.ts';
import type { EngineEvent, RunView } from '../../src/shared/contract.ts';
import { handClock } from '../core/journal/support/world.ts';
import { BATCH_ID, batchRow, lookOf, outcome, tableRow, UNREACHABLE } from './rows.ts';

const REF = { batchId: BATCH_ID, connection: 'pgsql_lmp', table: 'c_invoice' };
const STARTED: EngineEvent = { type: 'table_started', strategy: 'full', estimatedRows: 1000, ...REF };
const PROGRESS: EngineEvent = {
  type: 'table_progress',
  processed: 500,
  skipped: 20,
  deleted: 0,
  bytes: 2_000_000,
  estimatedRows: 1000,
  rowsPerSecond: 100,
  bytesPerSecond: 400_000,
  etaSeconds: 4.8,
  ...REF,
};

const clock = handClock('2025-11-08T07:30:52.000Z');

const TABLES = [
  tableRow({ table_name: 'ad_org', records_processed: 7, bytes: 0 }),
  tableRow({ status: 'pending', records_processed: 0, bytes: 0, estimated_rows: null }),
  tableRow({ table_name: 'c_order', status: 'pending', records_processed: 0, bytes: 0, estimated_rows: 520 }),
];

function runWith(...events: EngineEvent[]): RunView {
  const run = new RunProgress(RunFold.begin(BATCH_ID, TABLES, null), paceOf([], 1), clock);
  for (const event of events) run.take(event);
  return run.view();
}

describe('the board', () => {
  it('draws a bar, rows, bytes, rate and the remaining time', () => {
    const [running, total] = renderBoard(runWith(STARTED, PROGRESS), lookOf({ width: 120 }));
    expect(running).toContain('██████████░░░░░░░░░░');
    expect(running).toMatch(/52% {2}520 rows checked {2}2\.0 MB {2}100 rows\/s {2}4\.8 s left$/);
    expect(total).toBe('1/3 tables  527 rows checked  2.0 MB  100 rows/s  10 s left');
  });

  it('counts failed tables', () => {
    const ended: EngineEvent = { type: 'table_ended', outcome: outcome({ status: 'failed' }), ...REF };
    expect(renderBoard(runWith(STARTED, ended), lookOf({ width: 120 }))[0]).toMatch(
      /^1\/3 tables {2}1 failed/,
    );
  });

  it('shows a table that runs without a batch', () => {
    const run = RunProgress.withoutBatch(clock);
    run.take(STARTED);
    run.take(PROGRESS);
    const [running, total] = renderBoard(run.view(), lookOf({ width: 120 }));
    expect(running).toMatch(/^c_invoice .* 52% {2}520 rows/);
    expect(total).toMatch(/^0\/1 tables {2}520 rows/);
  });

  it.each([20, 40, 60, 100])('fits a terminal of %d columns', (width) => {
    for (const line of renderBoard(runWith(STARTED, PROGRESS), lookOf({ width }))) {
      expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('is made of the journal if another process runs the batch, with the rates up to the last chunk', () => {
    const batch = batchRow({ status: 'running', total_tables: 1 });
    const running = {
      status: 'in_progress',
      records_processed: 10,
      estimated_rows: 40,
      duration_seconds: 2,
    } as const;
    const fold = RunFold.seen(BATCH_ID, [tableRow(running)], [], clock.now(), clock.monotonic());
    const run = new RunProgress(fold, paceOf([], 1), clock).view();
    const lines = renderWatched(batch, run, lookOf({ width: 120 }), new Date(batch.started_at));
    expect(lines[0]).toBe(`${BATCH_ID}  running  0 ms`);
    expect(lines[1]).toMatch(/^c_invoice .* 25% {2}10 rows checked .* 5 rows\/s {2}6\.0 s left$/);
  });
});

describe('a plain line', () => {
  it('says that a table continues in its middle', () => {
    expect(renderEvent({ type: 'table_resumed', atRow: 412_000, ...REF }, lookOf())).toBe(
      'pgsql_lmp/c_invoice resumed at row 412,000; nothing lost',
    );
  });

  it('says why a table failed', () => {
    const failure = UNREACHABLE.error_detail;
    const event: EngineEvent = {
      type: 'table_ended',
      outcome: outcome({ status: 'failed', failure }),
      ...REF,
    };
    expect(renderEvent(event, lookOf())).toBe(
      'pgsql_lmp/c_invoice failed: The branch database pgsql_lmp does not answer, so nothing could be read from it.',
    );
  });

  it('is not written for progress alone', () => {
    expect(renderEvent(PROGRESS, lookOf())).toBeNull();
  });
});

describe('the lines of a large batch (E8)', () => {
  const begun = (total: number): EngineEvent => ({
    type: 'batch_started',
    batch: batchRow({ status: 'running', total_tables: total }),
  });
  const of = (table: string) => ({ batchId: BATCH_ID, connection: 'pgsql_lmp', table });
  const start = (table: string): EngineEvent => ({ ...STARTED, ...of(table) }) as EngineEvent;
  const end = (table: string, over: Parameters<typeof outcome>[0] = {}): EngineEvent => ({
    type: 'table_ended',
    outcome: outcome({ table, processed: 0, ...over }),
    ...of(table),
  });
  const over: EngineEvent = { type: 'batch_ended', batch: batchRow({ total_tables: 1440 }) };
  const linesOf = (events: readonly EngineEvent[], verbose = false, now = () => 0): readonly string[] => {
    const plain = new PlainLines(lookOf(), verbose, now);
    return events.flatMap((event) => plain.take(event));
  };
  const unchanged = Array.from({ length: 1440 }, (_, i) => [start(`t${i}`), end(`t${i}`)]).flat();

  it('are two and the end if nothing has changed', () => {
    expect(linesOf([begun(1440), ...unchanged, over])).toEqual([
      expect.stringContaining('1,440 tables'),
      '1,440 tables had not changed.',
      expect.stringContaining('completed'),
    ]);
  });

  it('list tables that changed rows, failed, were retried or took long', () => {
    const failure = UNREACHABLE.error_detail;
    const retrying = {
      type: 'table_retrying',
      attempt: 1,
      delayMs: 1000,
      failure,
      ...of('d'),
    } as EngineEvent;
    const lines = linesOf([
      begun(30),
      ...['a', 'b', 'c', 'd', 'e', 'f'].map(start),
      end('a', { processed: 7 }),
      end('b', { deleted: 1 }),
      end('c', { status: 'failed', failure }),
      retrying,
      end('d'),
      end('e', { durationSeconds: 11 }),
      end('f'),
      over,
    ]);
    expect(lines.map((line) => /\/(\w)/.exec(line)?.[1] ?? line)).toEqual([
      expect.stringContaining('started'),
      ...['a', 'b', 'c', 'd', 'd', 'e'],
      '1 table had not changed.',
      expect.stringContaining('completed'),
    ]);
  });

  it('name a table that has run for seconds before it has ended', () => {
    let now = 0;
    const plain = new PlainLines(lookOf(), false, () => now);
    plain.take(begun(30));
    expect(plain.take(STARTED)).toEqual([]);
    expect(plain.take(PROGRESS)).toEqual([]);
    now = 3000;
    expect(plain.take(PROGRESS)).toEqual([expect.stringContaining('c_invoice started')]);
    expect(plain.take(PROGRESS)).toEqual([]);
  });

  it('are all of them with --verbose, and in a small batch', () => {
    expect(linesOf([begun(1440), ...unchanged, over], true)).toHaveLength(2882);
    expect(linesOf([begun(3), ...unchanged.slice(0, 6), over])).toHaveLength(8);
  });
});

it('events as JSON are one object per line, with at most one progress line per second and table', () => {
  const lines: string[] = [];
  const stream = new EventStream((line) => lines.push(line));
  for (const event of [STARTED, PROGRESS, PROGRESS]) stream.take(event);
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(['table_started', 'table_progress']);
  expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
});

describe('the live display', () => {
  it('redraws its lines, with notes above them, and leaves nothing behind', () => {
    const writes: string[] = [];
    const display = new LiveDisplay({ write: (text) => writes.push(text), rows: 24 }, () => ['one', 'two']);
    display.update();
    display.note('resumed');
    display.stop();
    expect(writes).toEqual(['one\ntwo\n', '\x1b[2A\r\x1b[Jresumed\none\ntwo\n', '\x1b[2A\r\x1b[J']);
  });

  it('redraws at most once for many updates at the same moment', () => {
    const writes: string[] = [];
    const display = new LiveDisplay({ write: (text) => writes.push(text) }, () => ['x']);
    for (let i = 0; i < 100; i += 1) display.update();
    expect(writes).toHaveLength(1);
    display.stop();
  });

  it('shows only the last lines if the terminal is too low for all', () => {
    const writes: string[] = [];
    const display = new LiveDisplay({ write: (text) => writes.push(text), rows: 3 }, () => [
      '1',
      '2',
      '3',
      '4',
    ]);
    display.update();
    expect(writes).toEqual(['3\n4\n']);
  });
});
