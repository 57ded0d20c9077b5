import { describe, expect, it } from 'vitest';
import { renderBatch, renderBatchList, renderFailedTables } from '../../src/cli/render/batchView.ts';
import { BATCH_ID, batchRow, lookOf, tableRow, UNREACHABLE } from './rows.ts';

const NOW = new Date('2025-11-08T07:31:52.000Z');
const RESUME = `branchline sync-all --resume ${BATCH_ID}`;
const FAILED = batchRow({ status: 'failed', completed_tables: 1, failed_tables: 1, resume_count: 1 });

function show(
  ...args: [ReturnType<typeof batchRow>, ReturnType<typeof tableRow>[], ReturnType<typeof lookOf>?]
) {
  const [batch, tables, look = lookOf()] = args;
  return renderBatch({ batch, tables }, look, RESUME, NOW).join('\n');
}

describe('a batch', () => {
  it('shows its head, its tables, what failed with the next step, and the command that resumes it', () => {
    const text = show(FAILED, [tableRow(), UNREACHABLE]);
    expect(text).toContain(`Batch     ${BATCH_ID}`);
    expect(text).toContain('✗ failed');
    expect(text).toContain('resumed once');
    expect(text).toContain('Duration  3 min 05 s');
    expect(text).toContain('50% (1 of 2 tables)');
    expect(text).toMatch(/✓ completed +c_invoice +pgsql_lmp +1,234,567 +0 +0 +3 min 04 s/);
    expect(text).toContain('The branch database pgsql_lmp does not answer');
    expect(text).toContain('Error  connect ECONNREFUSED 127.0.0.1:5432');
    expect(text).toContain('PostgreSQL is running (127.0.0.1:5432)');
    expect(text.trimEnd().endsWith(RESUME)).toBe(true);
  });

  it('says what it has sent, what that was before compression, and that nobody counted it before', () => {
    const counted = { received_bytes: 210_000, received_plain_bytes: 200_000 };
    const tunnelled = batchRow({ ...counted, sent_bytes: 3_200_000, sent_plain_bytes: 9_800_000 });
    expect(show(tunnelled, [tableRow()])).toContain(
      'Link      sent 3.2 MB (9.8 MB before compression), received 210.0 kB',
    );
    const direct = batchRow({ ...counted, sent_bytes: 3_200_000, sent_plain_bytes: 3_200_000 });
    expect(show(direct, [tableRow()])).toContain('Link      sent 3.2 MB, received 210.0 kB');
    const old = batchRow({ sent_bytes: null, received_bytes: null });
    expect(show(old, [tableRow()])).toContain('Link      unknown');
  });

  it('that is completed has nothing to resume', () => {
    const text = show(batchRow(), [tableRow()]);
    expect(text).not.toContain('--resume');
  });

  it('that was superseded is not offered to be resumed', () => {
    const batch = batchRow({ status: 'interrupted', interruption_reason: 'superseded' });
    expect(show(batch, [tableRow()])).not.toContain('--resume');
  });

  it('that runs shows how long it has been running', () => {
    const batch = batchRow({
      status: 'running',
      completed_tables: 0,
      ended_at: null,
      duration_seconds: null,
    });
    const running = tableRow({ status: 'in_progress', ended_at: null, duration_seconds: null });
    const text = show(batch, [
      running,
      tableRow({ status: 'pending', started_at: null, duration_seconds: null }),
    ]);
    expect(text).toContain('Duration  1 min 00 s');
    expect(text).toMatch(/● in progress .* 59 s/);
    expect(text).toMatch(/○ pending/);
  });

  it('that was cut off does not look as if its tables went on', () => {
    const batch = batchRow({ status: 'interrupted', interruption_reason: 'crash' });
    const text = show(batch, [tableRow({ status: 'in_progress', duration_seconds: 12 })]);
    expect(text).toContain('◐ interrupted (the program or the computer stopped suddenly)');
    expect(text).toMatch(/◐ interrupted +c_invoice/);
  });

  it('reads in Indonesian, and in ASCII where the terminal knows no more', () => {
    const text = show(FAILED, [tableRow(), UNREACHABLE], lookOf({ language: 'id', unicode: false }));
    expect(text).toContain('x gagal');
    expect(text).toMatch(/\+ selesai +c_invoice +pgsql_lmp +1\.234\.567/);
    expect(text).toContain('Basis data cabang pgsql_lmp tidak menjawab');
    expect(text).not.toMatch(/[✓✗●○◐]/);
  });

  it('is never wider than the terminal in its tables', () => {
    const long = tableRow({ table_name: 'x'.repeat(63), connection: 'y'.repeat(48) });
    const lines = renderBatch({ batch: batchRow(), tables: [long] }, lookOf({ width: 80 }), RESUME, NOW);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('the failed tables', () => {
  it('are the failed ones alone', () => {
    const text = renderFailedTables([tableRow(), UNREACHABLE], lookOf()).join('\n');
    expect(text).toContain('1 table failed:');
    expect(text).toContain('c_payment (CPayment), pgsql_lmp');
    expect(text).not.toContain('c_invoice');
  });

  it('with a code of another version are still explained, beside the server’s own words on one line', () => {
    const strange = tableRow({
      status: 'failed',
      error_code: 'from_the_future',
      error_message: 'first\n  second',
    });
    const text = renderFailedTables([strange], lookOf()).join('\n');
    expect(text).toContain('Something unexpected happened');
    expect(text).toContain('first | second');
  });

  it('that are none are said to be none', () => {
    expect(renderFailedTables([tableRow()], lookOf())).toEqual(['No table of this batch failed.']);
  });
});

it('the list has one line per batch', () => {
  const lines = renderBatchList([batchRow(), FAILED], lookOf());
  expect(lines[1]).toMatch(/^sync_20251108_143052_aB3dEf9h {2}✓ completed .* 2\/2 +0 {2}command line$/);
  expect(lines[2]).toMatch(/✗ failed .* 1\/2 +1 /);
});
