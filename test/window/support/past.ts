import type { Journal } from '../../../src/core/journal/journal.ts';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import type { TableRunRef } from '../../../src/core/journal/tableMoves.ts';
import type { FailureDetail } from '../../../src/shared/errors.ts';
import { modelName } from '../../../src/shared/naming.ts';
import type { BatchTrigger } from '../../../src/shared/status.ts';
import { type HandClock, handClock } from '../../core/journal/support/world.ts';

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
  message: '61250 of 182400 rows would be deleted',
  params: { deletes: 61_250, rows: 182_400 },
};

/**
 * Three months of a branch: two batches on most working days, some of which failed or were interrupted. The last
 * one, of yesterday evening, left two tables behind.
 *
 * @param connection whose past it is
 */
export function livePast(folder: string, connection: string, now = new Date()): void {
  const clock = handClock(now.toISOString());
  const { journal } = openJournal(folder, { clock, random: seeded(7), logger: { log: () => undefined } });
  const past = { journal, clock, connection, random: seeded(11) };
  for (let ago = 85; ago >= 1; ago--) {
    const day = new Date(now.getTime() - ago * DAY);
    if (day.getUTCDay() === 0 && ago !== 1) continue;
    const at = (hour: string): string => `${day.toISOString().slice(0, 10)}T${hour}:00.000Z`;
    if (ago !== 1) morning(past, ago, at('01:30'));
    // A little over a day ago: what is of it still needs somebody.
    batch(past, at('06:10'), 'schedule', ago === 1 ? { c_invoice: FORBIDDEN, m_transaction: DELETES } : {});
  }
  journal.close();
}

interface Past {
  readonly journal: Journal;
  readonly clock: HandClock;
  readonly connection: string;
  random(): number;
}

function morning(past: Past, ago: number, at: string): void {
  if (ago === 33 || ago === 19) interrupted(past, at, ago === 33);
  else if (ago % 19 === 4) batch(past, at, 'tray', { c_payment: CONTENDED });
  else batch(past, at, ago % 7 === 0 ? 'tray' : 'schedule', {});
}

function batch(
  past: Past,
  at: string,
  trigger: BatchTrigger,
  failing: Readonly<Record<string, FailureDetail>>,
): void {
  const { journal, clock } = past;
  const id = begin(past, at, trigger);
  for (const [table, rows] of TABLES) copy(past, id, table, rows, failing[table]);
  clock.pass(1);
  journal.endBatch(id);
}

/** The computer was shut down in the middle; an hour later it went on, or its tables were left to the next batch. */
function interrupted(past: Past, at: string, goesOn: boolean): void {
  const { journal, clock } = past;
  const id = begin(past, at, 'schedule');
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

function begin({ journal, clock, connection }: Past, at: string, trigger: BatchTrigger): string {
  clock.set(at);
  const tables = TABLES.map(([table, rows]) => ({
    connection,
    table,
    model: modelName(table),
    estimatedRows: rows * 90,
    strategy: null,
  }));
  return journal.beginBatch({
    trigger,
    options: { connections: [connection], tables: [], strategy: null, allowDeletes: false },
    tables,
  }).batch_id;
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
