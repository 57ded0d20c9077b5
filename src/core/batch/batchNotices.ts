import { z } from 'zod';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { WritableJournal } from '../journal/journal.ts';
import type { Clock } from '../ports.ts';
import { qualified } from '../postgres/quote.ts';
import type { HiddenHistory, OpenTransaction } from '../source/port.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { WrittenTable } from '../target/deleteRights.ts';
import type { Claim } from '../target/ownership.ts';
import type { ConnectionWork, RunContext } from './connectionRun.ts';
import { noticeOf, openFor, type SeenTransaction } from './longTransaction.ts';

/** Maximum number of names in one notice. */
const MOST_NAMES = 20;

/**
 * Notice about head office's tables that layout `auto` treats as `merge`. It comes once, when this connection first writes
 * them: no person chose that layout, and rows deleted at the branch stay at head office.
 */
export function tellMerged(run: RunContext, connection: string, written: readonly WrittenTable[]): void {
  if (run.central.layout !== 'auto') return;
  const names = written
    .filter(({ layout, isNew, asks }) => layout === 'merge' && isNew && !asks)
    .map((one) => one.name);
  if (names.length === 0) return;
  const more = names.length > MOST_NAMES ? `, … (${names.length})` : '';
  const tables = `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  tellNotice(run, connection, null, { code: NoticeCode.MergedTables, params: { tables } });
}

/** Reports the stale backends that the claim has ended. */
export function tellStaleBackends({ journal, emit }: RunContext, { connection, staleBackends }: Claim): void {
  if (staleBackends === 0) return;
  journal.logEvent('stale_backends_ended', { connection, detail: { count: staleBackends } });
  emit({ type: 'stale_backends_ended', connection, count: staleBackends });
}

/** Reports, once per batch, that our role may not read the source's history, so that all tables are compared. */
export function tellHiddenHistory(
  { journal, emit, batchId }: RunContext,
  connection: string,
  hidden: HiddenHistory | null,
): void {
  if (hidden === null) return;
  const { sql } = hidden;
  journal.logEvent('history_hidden', {
    ...(batchId === null ? {} : { batchId }),
    connection,
    detail: { sql },
  });
  emit({ type: 'history_hidden', connection, sql });
}

/**
 * Detects and reports a lost journal (deleted, or damaged and set aside): it knows nothing of this connection, while
 * central has checkpoints of batches that this installation ran.
 *
 * Nothing has to be repaired: the new batch continues from these checkpoints. The lost batch is not recreated under its
 * old id, because its tables and permissions were in the journal only, and a history with guesses is worse than none.
 *
 * @returns whether the journal was lost
 */
export function tellLostRecords(
  { journal, emit, batchId }: RunContext,
  { connection, own }: Claim,
  checkpoints: readonly Checkpoint[],
): boolean {
  if (!own || journal.hasPast(connection, batchId)) return false;
  const ids = new Set(checkpoints.flatMap((one) => one.batchId ?? []));
  // A batch that the journal knows ran after the loss, and has reported it.
  if ([...ids].some((id) => journal.batch(id) !== null)) return false;
  // Ids begin with date and time.
  const last = [...ids].sort().at(-1);
  if (last === undefined) return false;
  const unfinished = checkpoints.filter((one) => one.state === 'running').length;
  const detail = { last_batch: last, unfinished };
  journal.logEvent('records_lost', { batchId, connection, detail });
  emit({ type: 'records_lost', connection, batchId: last, unfinished });
  return true;
}

/** Stored in the journal: the tables that have been reported, per connection. */
const told = z.array(z.string());

/**
 * Notice about tables that head office has made UNLOGGED, which a crash of its server empties. It comes once for each,
 * until the table is logged again.
 *
 * @param existing the tables of this run as central has them
 */
export function tellUnlogged(run: RunContext, connection: string, existing: readonly TableShape[]): void {
  const { journal } = run;
  const name = `central_unlogged/${connection}`;
  const known = told.safeParse(journal.serviceNote(name)).data ?? [];
  const unlogged = existing.filter((one) => one.unlogged.length > 0);
  const fresh = unlogged.filter((one) => !known.includes(one.name));
  const logged = new Set(existing.filter((one) => one.unlogged.length === 0).map((one) => one.name));
  if (fresh.length === 0 && !known.some((one) => logged.has(one))) return;
  for (const { schema, name: table, unlogged: places } of fresh) {
    const sql = places.map((one) => `ALTER TABLE ${qualified(one.schema, one.name)} SET LOGGED;`).join(' ');
    const notice: Notice = { code: NoticeCode.CentralUnlogged, params: { schema, table, sql } };
    tellNotice(run, connection, table, notice);
  }
  const now = [...known.filter((one) => !logged.has(one)), ...fresh.map((one) => one.name)];
  journal.togetherLazily(() => journal.setServiceNote(name, now.length === 0 ? null : now));
}

/** Stored in the journal: for each table, the inheriting tables that have been reported. */
const toldChildren = z.record(z.string(), z.array(z.string()));

/**
 * Notice about tables of head office's that inherit from ours, except where the branch's do too: whoever reads ours
 * without ONLY reads their rows as well. It comes once for each table, and again if further tables inherit.
 *
 * @param existing the tables of this run as central has them
 */
export function tellChildren(
  run: RunContext,
  { connection, tables }: ConnectionWork,
  existing: readonly TableShape[],
): void {
  const { journal } = run;
  const name = `central_children/${connection.id}`;
  const known = toldChildren.safeParse(journal.serviceNote(name)).data ?? {};
  const now = { ...known };
  for (const { schema, name: table, children } of existing) {
    const inherit = tables.find((one) => one.table === table)?.shape?.children ?? [];
    const own = new Set(inherit.map((one) => one.name));
    const theirs = children
      .filter((one) => one.schema !== schema || !own.has(one.name))
      .map((one) => `${one.schema}.${one.name}`);
    const before = known[table] ?? [];
    if (theirs.length > 0) now[table] = theirs;
    else delete now[table];
    if (theirs.every((one) => before.includes(one))) continue;
    const params = { schema, table, tables: theirs.join(', ') };
    tellNotice(run, connection.id, table, { code: NoticeCode.CentralChildren, params });
  }
  if (JSON.stringify(now) !== JSON.stringify(known))
    journal.togetherLazily(() => journal.setServiceNote(name, Object.keys(now).length === 0 ? null : now));
}

/**
 * Writes a notice to the journal, then emits it.
 *
 * @param table null where it is about the whole connection
 */
export function tellNotice(
  { journal, emit, batchId }: Pick<RunContext, 'journal' | 'emit' | 'batchId'>,
  connection: string,
  table: string | null,
  notice: Notice,
): void {
  journal.logEvent('notice', {
    ...(batchId === null ? {} : { batchId }),
    connection,
    ...(table === null ? {} : { table }),
    detail: { code: notice.code, ...notice.params },
  });
  emit({ type: 'notice', connection, table, notice });
}

/** The notice about the source's oldest transaction, if any. Stores the transaction if its age is hidden from us. */
export function transactionNotices(
  journal: WritableJournal,
  clock: Clock,
  connection: string,
  found: OpenTransaction | null,
): readonly Notice[] {
  const name = `open_transaction/${connection}`;
  const seen = journal.serviceNote(name) as SeenTransaction | null;
  const unknown = found !== null && found.seconds === null;
  if (unknown && seen?.xid !== found.xid) {
    const now: SeenTransaction = { xid: found.xid, at: clock.now().toISOString() };
    journal.togetherLazily(() => journal.setServiceNote(name, now));
  }
  if (!unknown && seen !== null) journal.togetherLazily(() => journal.setServiceNote(name, null));
  const notice = found === null ? null : noticeOf(found, openFor(found, seen, clock.now()));
  return notice === null ? [] : [notice];
}
