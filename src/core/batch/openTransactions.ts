import type { Notice } from '../../shared/notices.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports.ts';
import { noticeOf, type OpenTransaction, openFor, type SeenTransaction } from '../source/openTransaction.ts';

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
