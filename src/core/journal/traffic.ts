import type { MonthTraffic, Traffic, TrafficColumns } from '../../shared/traffic.ts';
import type { Clock } from '../ports.ts';
import { createServiceNoteReads, createServiceNoteWrites } from './serviceNotes.ts';
import type { ReadableStore, WritableStore } from './store.ts';

/** Bytes that a run has moved since it last said so. */
export interface TrafficNote {
  /** Null for a run without a batch: a single table, a verify. */
  readonly batchId: string | null;
  /** Traffic of the whole run, its tables included. */
  readonly total: Traffic;
  /** What of it belongs to one table. */
  readonly table: { readonly connection: string; readonly table: string; readonly traffic: Traffic } | null;
}

/** The speed of the link to head office, as measured. */
export interface LinkSpeed {
  /** What has gone out in a second, at best. */
  readonly bytesPerSecond: number;
  /** What of the bytes before compression went out on the link: 1 without compression. */
  readonly sentShare: number;
}

export interface TrafficReads {
  /**
   * The fastest of the latest batches that have sent enough to tell; where there is none, what a connection test has
   * measured; null where nothing was.
   */
  linkSpeed(): LinkSpeed | null;
  /**
   * Sums of months with any traffic, latest first.
   *
   * @param table only what belongs to this table; absent: everything that all runs have moved
   */
  trafficMonths(
    limit: number,
    table?: { readonly connection: string; readonly table: string },
  ): readonly MonthTraffic[];
}

export interface TrafficWrites {
  /** Adds to the sums of the batch, of the table's run and of the month. */
  addTraffic(note: TrafficNote): void;
  /** Keeps what a connection test has measured. */
  noteLinkSpeed(bytesPerSecond: number): void;
}

export function createTrafficReads(store: ReadableStore): TrafficReads {
  return {
    linkSpeed: () => speedOfBatches(store) ?? speedOfTest(store),
    trafficMonths: (limit, { connection, table } = EVERYTHING) =>
      store.all<MonthTraffic>(
        `SELECT month, sent_bytes, received_bytes, sent_plain_bytes, received_plain_bytes FROM traffic_months
         WHERE connection = @connection AND table_name = @table_name ORDER BY month DESC LIMIT @limit`,
        { connection, table_name: table, limit },
      ),
  };
}

/** A batch that has sent less mostly waits for answers, and says nothing of the link's speed. */
const TELLING_BYTES = 1_000_000;
const LATEST_BATCHES = 50;

function speedOfBatches(store: ReadableStore): LinkSpeed | null {
  return (
    store.get<LinkSpeed>(
      `SELECT sent_bytes / duration_seconds AS bytesPerSecond,
         1.0 * sent_bytes / max(sent_plain_bytes, 1) AS sentShare
       FROM (SELECT * FROM sync_batches ORDER BY rowid DESC LIMIT ${LATEST_BATCHES})
       WHERE sent_bytes >= ${TELLING_BYTES} AND duration_seconds > 0
       ORDER BY bytesPerSecond DESC LIMIT 1`,
    ) ?? null
  );
}

/** The note in which a connection test leaves what it has measured. */
const TESTED = 'link_speed';

function speedOfTest(store: ReadableStore): LinkSpeed | null {
  const note = createServiceNoteReads(store).serviceNote(TESTED);
  return typeof note === 'number' && note > 0 ? { bytesPerSecond: note, sentShare: 1 } : null;
}

/** No connection and no table has an empty name. */
const EVERYTHING = { connection: '', table: '' };

export function createTrafficWrites(store: WritableStore, clock: Clock): TrafficWrites {
  return {
    noteLinkSpeed: (bytesPerSecond) =>
      store.write(() => createServiceNoteWrites(store, clock).setServiceNote(TESTED, bytesPerSecond)),
    addTraffic: ({ batchId, total, table }) =>
      store.write(() => {
        addToMonth(store, clock, EVERYTHING, total);
        if (table !== null) addToMonth(store, clock, table, table.traffic);
        if (batchId === null) return;
        store.run(`UPDATE sync_batches SET ${ADDED} WHERE batch_id = @batch_id`, {
          ...columnsOf(total),
          batch_id: batchId,
        });
        if (table === null) return;
        store.run(
          `UPDATE sync_progress SET ${ADDED}
           WHERE batch_id = @batch_id AND connection = @connection AND table_name = @table_name`,
          {
            ...columnsOf(table.traffic),
            batch_id: batchId,
            connection: table.connection,
            table_name: table.table,
          },
        );
      }),
  };
}

function addToMonth(
  store: WritableStore,
  clock: Clock,
  { connection, table }: { readonly connection: string; readonly table: string },
  traffic: Traffic,
): void {
  const now = clock.now();
  store.run(
    `INSERT INTO traffic_months (month, connection, table_name, ${COLUMNS.join(', ')})
     VALUES (@month, @connection, @table_name, ${COLUMNS.map((one) => `@${one}`).join(', ')})
     ON CONFLICT DO UPDATE SET ${COLUMNS.map((one) => `${one} = ${one} + excluded.${one}`).join(', ')}`,
    {
      ...columnsOf(traffic),
      month: `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}`,
      connection,
      table_name: table,
    },
  );
}

const COLUMNS = [
  'sent_bytes',
  'received_bytes',
  'sent_plain_bytes',
  'received_plain_bytes',
] as const satisfies readonly (keyof TrafficColumns)[];

/** Null stays null: of rows from before nothing is known. */
const ADDED = COLUMNS.map((one) => `${one} = ${one} + @${one}`).join(', ');

function columnsOf(traffic: Traffic): Record<keyof TrafficColumns, number> {
  return {
    sent_bytes: traffic.sent,
    received_bytes: traffic.received,
    sent_plain_bytes: traffic.sentPlain,
    received_plain_bytes: traffic.receivedPlain,
  };
}
