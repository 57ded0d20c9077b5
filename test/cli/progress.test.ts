import { describe, expect, it } from 'vitest';
import { renderWatched } from '../../src/cli/commands/syncStatus.ts';
import { BoardKeeper, renderBoard } from '../../src/cli/progress/board.ts';
import { LiveDisplay } from '../../src/cli/progress/liveDisplay.ts';
import { EventStream, PlainLines } from '../../src/cli/progress/reporter.ts';
import { renderEvent } from '../../src/cli/render/eventLine.ts';
import type { EngineEvent } from '../../src/shared/contract.ts';
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

function keeperWith(...events: EngineEvent[]): BoardKeeper {
  const keeper = new BoardKeeper();
  keeper.begin(
    batchRow({ total_tables: 3 }),
    [
      tableRow({ table_name: 'ad_org' }),
      tableRow({ status: 'pending', estimated_rows: null }),
      tableRow({ table_name: 'c_order', status: 'pending', estimated_rows: 520 }),
    ],
    null,
  );
  for (const event of events) keeper.take(event);
  return keeper;
}

describe('the board', () => {
  it('counts what was done before a resume, and adds up what runs', () => {
    expect(keeperWith(STARTED, PROGRESS).board()).toMatchObject({
      total: 3,
      done: 1,
      rows: 520,
      rowsLeft: 480 + 520,
      rowsPerSecond: 100,
    });
  });

  it('counts failed tables that a resume leaves alone as failed (D8)', () => {
    const keeper = new BoardKeeper();
    const failed = (table_name: string, connection = 'a') =>
      tableRow({ table_name, connection, status: 'failed', estimated_rows: null });
    const rows = [failed('x'), failed('y'), failed('x', 'b'), tableRow({ table_name: 'z' })];
    keeper.begin(batchRow({ total_tables: 4 }), rows, [{ connection: 'b', table: 'x' }]);
    expect(keeper.board()).toMatchObject({ total: 4, done: 1, failed: 2 });
  });

  it('does not guess how much is left while an estimate is missing', () => {
    expect(keeperWith().board().rowsLeft).toBeNull();
  });

  it('keeps the rows of tables that have ended', () => {
    const ended: EngineEvent = { type: 'table_ended', outcome: outcome(), ...REF };
    expect(keeperWith(STARTED, PROGRESS, ended).board()).toMatchObject({ done: 2, rows: 1005, running: [] });
  });

  it('draws a bar, rows, bytes, rate and the time left', () => {
    const [running, total] = renderBoard(keeperWith(STARTED, PROGRESS).board(), lookOf({ width: 120 }));
    expect(running).toContain('██████████░░░░░░░░░░');
    expect(running).toMatch(/52% {2}520 rows {2}2\.0 MB {2}100 rows\/s {2}4\.8 s left$/);
    expect(total).toBe('1/3 tables  520 rows  2.0 MB  100 rows/s  10 s left');
  });

  it.each([20, 40, 60, 100])('fits a terminal of %d columns', (width) => {
    for (const line of renderBoard(keeperWith(STARTED, PROGRESS).board(), lookOf({ width }))) {
      expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('is made of the journal where another process runs', () => {
    const batch = batchRow({ status: 'running', total_tables: 2 });
    const tables = [tableRow({ status: 'in_progress', records_processed: 10, estimated_rows: 40 })];
    const lines = renderWatched({ batch, tables }, lookOf({ width: 120 }), new Date(batch.started_at));
    expect(lines[0]).toBe(`${BATCH_ID}  running  0 ms`);
    expect(lines[1]).toMatch(/^c_invoice .* 25% {2}10 rows/);
  });
});

describe('a plain line', () => {
  it('tells that a table goes on in its middle', () => {
    expect(renderEvent({ type: 'table_resumed', atRow: 412_000, ...REF }, lookOf())).toBe(
      'pgsql_lmp/c_invoice resumed at row 412,000; nothing lost',
    );
  });

  it('tells why a table failed', () => {
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

  it('is not written for mere progress', () => {
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

  it('are two and its end where nothing had changed', () => {
    expect(linesOf([begun(1440), ...unchanged, over])).toEqual([
      expect.stringContaining('1,440 tables'),
      '1,440 tables had not changed.',
      expect.stringContaining('completed'),
    ]);
  });

  it('tell of what moved rows, failed, was tried again or took long', () => {
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

  it('name a table that has been at work for seconds before it has ended', () => {
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

it('events as JSON are one object a line, and progress at most one a second and table', () => {
  const lines: string[] = [];
  const stream = new EventStream((line) => lines.push(line));
  for (const event of [STARTED, PROGRESS, PROGRESS]) stream.take(event);
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(['table_started', 'table_progress']);
  expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
});

describe('the live display', () => {
  it('draws over its lines, with notes above them, and leaves nothing behind', () => {
    const writes: string[] = [];
    const display = new LiveDisplay({ write: (text) => writes.push(text), rows: 24 }, () => ['one', 'two']);
    display.update();
    display.note('resumed');
    display.stop();
    expect(writes).toEqual(['one\ntwo\n', '\x1b[2A\r\x1b[Jresumed\none\ntwo\n', '\x1b[2A\r\x1b[J']);
  });

  it('draws at most once where many updates come at once', () => {
    const writes: string[] = [];
    const display = new LiveDisplay({ write: (text) => writes.push(text) }, () => ['x']);
    for (let i = 0; i < 100; i += 1) display.update();
    expect(writes).toHaveLength(1);
    display.stop();
  });

  it('keeps to the last lines where the terminal is too low for all', () => {
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
