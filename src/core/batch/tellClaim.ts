import { NoticeCode } from '../../shared/notices.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import type { WrittenTable } from '../central/deleteRights.ts';
import type { Claim } from '../central/ownership.ts';
import type { HiddenHistory } from '../source/snapshot.ts';
import type { RunContext } from './connectionRun.ts';
import { tellNotice } from './tellNotice.ts';

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
export function tellGhosts({ journal, emit }: RunContext, { connection, ghosts }: Claim): void {
  if (ghosts === 0) return;
  journal.logEvent('ghosts_ended', { connection, detail: { count: ghosts } });
  emit({ type: 'ghosts_ended', connection, count: ghosts });
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
 */
export function tellLostRecords(
  { journal, emit, batchId }: RunContext,
  { connection, own }: Claim,
  checkpoints: readonly Checkpoint[],
): void {
  if (!own || journal.hasPast(connection, batchId)) return;
  const ids = new Set(checkpoints.flatMap((one) => one.batchId ?? []));
  // A batch that is known was run after the loss; it has been told by then.
  if ([...ids].some((id) => journal.batch(id) !== null)) return;
  // Ids begin with date and time.
  const last = [...ids].sort().at(-1);
  if (last === undefined) return;
  const unfinished = checkpoints.filter((one) => one.state === 'running').length;
  const detail = { last_batch: last, unfinished };
  journal.logEvent('records_lost', { batchId, connection, detail });
  emit({ type: 'records_lost', connection, batchId: last, unfinished });
}
