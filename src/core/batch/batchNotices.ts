import { z } from 'zod';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports.ts';
import { qualified } from '../postgres/quote.ts';
import { noticeOf, type OpenTransaction, openFor, type SeenTransaction } from '../source/openTransaction.ts';
import type { HiddenHistory } from '../source/snapshot.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { WrittenTable } from '../target/deleteRights.ts';
import type { Claim } from '../target/ownership.ts';
import type { ConnectionWork, RunContext } from './connectionRun.ts';

/** Names that one notice lists. */
const MOST_NAMES = 20;

/**
 * Tables of head office that `auto` takes for tables that branches share by key alone. Said once, as this connection
 * comes to them: nobody has chosen that, and rows that a branch deletes stay there.
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

/** Old sessions that the claim has ended. */
export function tellStaleBackends({ journal, emit }: RunContext, { connection, staleBackends }: Claim): void {
  if (staleBackends === 0) return;
  journal.logEvent('ghosts_ended', { connection, detail: { count: staleBackends } });
  emit({ type: 'ghosts_ended', connection, count: staleBackends });
}

/** The role may not ask its server what has changed: all tables are compared. Said once a batch. */
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
 * Notices that the journal was lost (deleted, or damaged and set aside): it knows nothing of this connection,
 * while central has checkpoints of batches that this installation ran. Nothing needs mending: a new batch
 * goes on from those checkpoints as it would from an older batch that nobody resumed. The lost batch is not made
 * again under its old id: which tables it had and what it was allowed to do stood in the journal alone, and a
 * history with guesses in it is worse than one that begins today.
 *
 * @returns whether they were lost
 */
export function tellLostRecords(
  { journal, emit, batchId }: RunContext,
  { connection, own }: Claim,
  checkpoints: readonly Checkpoint[],
): boolean {
  if (!own || journal.hasPast(connection, batchId)) return false;
  const ids = new Set(checkpoints.flatMap((one) => one.batchId ?? []));
  // A batch that is known was run after the loss; it has been told by then.
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

/** What the journal keeps: the tables of a connection that have been told. */
const told = z.array(z.string());

/**
 * Tables that head office has made UNLOGGED: a crash of its server empties them. Said once for each, until it is
 * logged again.
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

/** What the journal keeps: by table, those that inherit from it and have been told. */
const toldChildren = z.record(z.string(), z.array(z.string()));

/**
 * Tables that head office has made inherit from ours, other than the branch's own do: whoever reads ours there without
 * ONLY reads their rows too. Said once for each table, until it has others.
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
 * Writes a notice to the journal, then tells it.
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

/** What to tell of the oldest transaction at a source; remembers it, where its age cannot be seen. */
export function transactionNotices(
  journal: Journal,
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
