import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WritableJournal } from '../../../src/core/journal/journal.ts';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import type { TableRunRef } from '../../../src/core/journal/tableRuns.ts';
import type { FailureDetail } from '../../../src/shared/errors.ts';
import { modelName } from '../../../src/shared/naming.ts';
import type { BatchTrigger } from '../../../src/shared/status.ts';
import type { VerifyRow } from '../../../src/shared/verify.ts';
import { type HandClock, handClock } from '../../core/journal/support/world.ts';
import { verified } from '../../renderer/tables/states.ts';
import { dueOn, SCHEDULE } from './sights/schedules.ts';

const DAY = 86_400_000;

/** About as many rows as a branch adds on a day. */
const DAILY: Readonly<Record<string, number>> = {
  c_bpartner: 14,
  c_invoice: 180,
  c_invoiceline: 940,
  c_order: 210,
  c_orderline: 1_120,
  c_payment: 150,
  fact_acct: 5_400,
  m_inout: 190,
  m_inoutline: 980,
  m_product: 6,
  m_productprice: 40,
  m_storageonhand: 730,
  m_transaction: 1_900,
};

/** All tables of the demo, most of which seldom change. */
const TABLES: readonly (readonly [name: string, rows: number])[] = [
  ...['X_MixedCase', 'ad_client', 'ad_message_trl', 'ad_org', 'ad_user', 'c_allocationline', 'c_bankaccount'],
  ...['c_bp_group', 'c_bpartner', 'c_bpartner_location', 'c_currency', 'c_doctype', 'c_elementvalue'],
  ...['c_invoice', 'c_invoiceline', 'c_location', 'c_order', 'c_orderline', 'c_payment', 'c_paymentterm'],
  ...['c_period', 'c_tax', 'c_taxcategory', 'c_uom', 'fact_acct', 'm_inout', 'm_inoutline', 'm_locator'],
  ...['m_pricelist', 'm_pricelist_version', 'm_product', 'm_product_category', 'm_productprice'],
  ...['m_storageonhand', 'm_transaction', 'm_warehouse', 't_import_log', 'x_device_reading'],
].map((name) => [name, DAILY[name] ?? 0]);

const CONTENDED: FailureDetail = {
  code: 'contention',
  kind: 'transient',
  message: 'canceling statement due to lock timeout',
  sqlstate: '55P03',
  params: {},
};
const FORBIDDEN: FailureDetail = {
  code: 'source_permission',
  kind: 'permanent',
  message: 'permission denied for table c_invoice',
  sqlstate: '42501',
  params: { user: 'branchline_read' },
};
const DELETES: FailureDetail = {
  code: 'too_many_deletes',
  kind: 'permanent',
  message: '1350 of 2800 rows would be deleted',
  params: { deletes: 1_350, rows: 2_800 },
};

const {
  proved_at: _provedAt,
  differs_since: _differs,
  ...EQUAL
} = verified({ result: 'equal', buckets: 64 });

/** What a verify found where not all was the same. */
const FOUND: Readonly<Record<string, Partial<VerifyRow>>> = {
  c_bpartner: {
    result: 'differs',
    source_rows: 1_350,
    central_rows: 1_348,
    differing_ranges: 1,
    differing: [{ from: '1000512', to: '1000640', source_rows: 129, central_rows: 127 }],
    missing_rows: 2,
    different_rows: 1,
    examples: [['1000518'], ['1000603'], ['1000604']],
  },
  m_storageonhand: { result: 'behind', differing_ranges: 3, different_rows: 41, newer_rows: 41 },
  m_productprice: { result: 'repaired', repaired_rows: 12, repaired_bytes: 1_480 },
  t_import_log: { result: 'not_compared', reason: 'no_key_shared', source_rows: null, central_rows: null },
};

/** By how much this installation is late on purpose. */
const LATE_SECONDS = 160;

/**
 * Three months of a branch: two batches on most days, some of which failed or were interrupted. The last one, of
 * yesterday, left two tables behind; the tables were verified on the day before.
 *
 * @param connection whose past it is
 */
export function livePast(folder: string, connection: string, now = new Date()): void {
  const clock = handClock(now.toISOString());
  const { journal } = openJournal(folder, { clock, random: seeded(7), logger: { log: () => undefined } });
  const past = { journal, clock, connection, random: seeded(11) };
  for (let ago = 85; ago >= 1; ago--) {
    // Somebody had switched the computer off.
    if (ago % 29 === 13) continue;
    const [first = '', second = ''] = dueOn(new Date(now.getTime() - ago * DAY));
    // A little over a day ago: what is of it still needs somebody.
    if (ago !== 1) early(past, ago, first);
    batch(past, second, 'schedule', ago === 1 ? { c_invoice: FORBIDDEN, m_transaction: DELETES } : {});
    if (ago === 2) verifyAll(past);
  }
  journal.close();
}

/**
 * A verify in another process that found tables to differ.
 *
 * @param asking the one of them whose repair would delete more than the brake allows
 */
export function foundDifferent(folder: string, tables: readonly string[], asking: string): void {
  const clock = handClock(new Date().toISOString());
  const { journal } = openJournal(folder, { clock, random: seeded(7), logger: { log: () => undefined } });
  const { connections } = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));
  const at = clock.now().toISOString();
  for (const table of tables) {
    const about = {
      connection: connections[0].id,
      table_name: table,
      model_name: modelName(table),
      checked_at: at,
      source_snapshot_at: at,
    };
    journal.recordVerification({ ...EQUAL, ...FOUND.c_bpartner, ...about });
    if (table === asking)
      journal.recordVerification({ ...EQUAL, ...about, result: 'failed', failure: DELETES });
  }
  journal.close();
}

interface Past {
  readonly journal: WritableJournal;
  readonly clock: HandClock;
  readonly connection: string;
  random(): number;
}

function early(past: Past, ago: number, dueAt: string): void {
  if (ago === 33 || ago === 19) interrupted(past, dueAt, ago === 33);
  else if (ago % 19 === 4) batch(past, dueAt, 'tray', { c_payment: CONTENDED });
  else batch(past, dueAt, ago % 7 === 0 ? 'tray' : 'schedule', {});
}

/** All of them, or those that were never verified would be at once, while the window is looked at. */
function verifyAll({ journal, clock, connection }: Past): void {
  for (const [table, daily] of TABLES) {
    clock.pass(2);
    const rows = (daily + 1) * 90;
    const at = clock.now().toISOString();
    const found = { ...EQUAL, source_rows: rows, central_rows: rows, ...FOUND[table] };
    journal.recordVerification({
      ...found,
      connection,
      table_name: table,
      model_name: modelName(table),
      checked_at: at,
      source_snapshot_at: at,
    });
  }
}

function batch(
  past: Past,
  dueAt: string,
  trigger: BatchTrigger,
  failing: Readonly<Record<string, FailureDetail>>,
): void {
  const { journal, clock } = past;
  const id = begin(past, dueAt, trigger);
  for (const [table, rows] of TABLES) copy(past, id, table, rows, failing[table]);
  clock.pass(1);
  journal.endBatch(id);
}

/** The computer was shut down in the middle; an hour later it went on, or its tables were left to the next batch. */
function interrupted(past: Past, dueAt: string, goesOn: boolean): void {
  const { journal, clock } = past;
  const id = begin(past, dueAt, 'schedule');
  const half = Math.floor(TABLES.length / 2);
  for (const [table, rows] of TABLES.slice(0, half)) copy(past, id, table, rows);
  journal.interruptBatch(id, 'shutdown');
  clock.pass(3_600);
  if (!goesOn) {
    journal.interruptBatch(id, 'superseded');
    return;
  }
  journal.resumeBatch(id);
  for (const [table, rows] of TABLES.slice(half)) copy(past, id, table, rows);
  journal.endBatch(id);
}

function begin({ journal, clock, connection }: Past, dueAt: string, trigger: BatchTrigger): string {
  clock.set(dueAt);
  clock.pass(LATE_SECONDS);
  const tables = TABLES.map(([table, rows]) => ({
    connection,
    table,
    model: modelName(table),
    estimatedRows: rows * 90,
    strategy: null,
  }));
  const { batch_id: id } = journal.beginBatch({
    trigger,
    options: { connections: [connection], tables: [], strategy: null, allowDeletes: false },
    tables,
  });
  if (trigger === 'schedule') journal.noteScheduleRun(SCHEDULE, dueAt, id, 'ran');
  return id;
}

function copy(past: Past, batchId: string, table: string, usual: number, failure?: FailureDetail): void {
  const { journal, clock, connection, random } = past;
  const ref: TableRunRef = { batchId, connection, table };
  const rows = Math.round(usual * (0.6 + random()));
  journal.startTable(ref, { strategy: 'changes', estimatedRows: rows });
  journal.chooseStrategy(ref, 'changes', 'row_versions');
  const snapshotAt = clock.now().toISOString();
  clock.pass(0.4 + (rows / 180) * (0.8 + random()));
  if (failure !== undefined) {
    journal.failTable(ref, { ...failure, params: { ...failure.params, table } });
    return;
  }
  const counts = { processed: rows, skipped: 0, deleted: Math.floor(rows / 400), bytes: rows * 310 };
  journal.progressTable(ref, { ...counts, checkpoint: null, sourceSnapshotAt: snapshotAt });
  journal.completeTable(ref, counts);
}

/** The same numbers each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
