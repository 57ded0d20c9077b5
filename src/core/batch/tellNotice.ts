import type { Notice } from '../../shared/notices.ts';
import type { RunContext } from './connectionRun.ts';

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
