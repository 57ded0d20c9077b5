import { z } from 'zod';
import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { FailureKind } from '../../shared/errors.ts';
import { NoticeCode } from '../../shared/notices.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../shared/status.ts';
import { openLink } from '../postgres/link.ts';
import type { Session } from '../postgres/session.ts';
import type { BatchFacts, BranchReport } from '../target/headOfficeReport.ts';
import { HEAD_OFFICE_VERSION } from '../target/headOfficeTables.ts';
import { type Claim, releaseStatements } from '../target/ownership.ts';
import { REFUSE_UNTRUSTED_OWNERS } from '../target/ownOwners.ts';
import {
  areOlderTables,
  type Reported,
  reportTransaction,
  upgradeHeadOffice,
  writeReport,
} from '../target/writeReport.ts';
import { tellNotice } from './batchNotices.ts';
import type { ConnectionWork, RunContext } from './connectionRun.ts';

/** Why a run was stopped; null if it was not. */
export function stopReason(stop: AbortSignal): InterruptionReason | null {
  if (!stop.aborted) return null;
  const reason: unknown = stop.reason;
  return Object.values(InterruptionReason).find((one) => one === reason) ?? InterruptionReason.User;
}

/** What this installation remembers of its reports about a connection. */
const memory = z.object({
  installation: z.string(),
  /** {@link HEAD_OFFICE_VERSION} of the last report. */
  version: z.int(),
  /** The day, in UTC, on which old rows were last removed. */
  pruned: z.string(),
  /** The day on which the tables were last found to be of an earlier version, which our role may not change. */
  older: z.string().optional(),
});
const memoryOf = (connection: string): string => `reported/${connection}`;
/** Since when a person knows that reports are refused. */
const deniedOf = (connection: string): string => `report_denied/${connection}`;

/**
 * For {@link Heartbeat.letGo}: releases a claimed connection and tells head office how it stands, in one round trip. A
 * report that fails changes nothing about the run.
 */
export function releaseAndReport(
  run: RunContext,
  claim: Claim,
  lostLease: boolean,
): (session: Session, isReleased: boolean) => Promise<void> {
  return (session, isReleased) =>
    report(run, session, claim, lostLease, isReleased ? [] : releaseStatements(session, claim));
}

/** @param ahead statements to run first, in the same round trip */
async function report(
  run: RunContext,
  session: Session,
  claim: Claim,
  lostLease: boolean,
  ahead: readonly string[],
): Promise<void> {
  const { journal, installation, ports } = run;
  const { connection } = claim;
  const told = reportOf(run, connection, lostLease);
  const known = memory.safeParse(journal.serviceNote(memoryOf(connection))).data;
  const today = ports.clock.now().toISOString().slice(0, 10);
  const isNew = known?.installation !== installation.id;
  // With the check of the tables' owner, three statements are the most that are sent.
  const prunes = !isNew && known?.pruned !== today && told.batch?.again !== true;
  const extras = { isNew, prunes, older: known?.older === today };
  const { reported, older } = await writeReport(session, told, extras, ahead);
  tellRefused(run, connection, reported);
  if (reported !== 'written' || told.branch === null) return;
  const isUpgraded = known !== undefined && known.version < HEAD_OFFICE_VERSION;
  if (isUpgraded) await upgradeHeadOffice(session);
  const isNewlyOlder = older && !extras.older;
  if (!(isNew || prunes || isUpgraded || isNewlyOlder)) return;
  const now: z.output<typeof memory> = {
    installation: installation.id,
    version: HEAD_OFFICE_VERSION,
    pruned: prunes ? today : (known?.pruned ?? ''),
    ...(older ? { older: today } : {}),
  };
  journal.togetherLazily(() => journal.setServiceNote(memoryOf(connection), now));
}

/**
 * Tells head office that the branch's own database could not be read. Without this it would only see that nothing comes.
 * Makes no table and claims nothing.
 */
export async function reportUnread(run: RunContext, work: ConnectionWork): Promise<void> {
  const { connection, failure } = work;
  if (failure === null || run.stop.aborted) return;
  try {
    const begun = await run.spare?.takeCentral(connection.id);
    await using session = (begun ?? (await openLink(run.sessionOptions(connection).central))).session;
    const report = reportOf(run, connection.id, false);
    const send = async (older: boolean): Promise<void> => {
      const statements = reportTransaction(session, report, { isNew: true, prunes: false, older });
      const opening = session.begin().length;
      const [begin, rest] = [statements.slice(0, opening), statements.slice(opening)];
      await session.script([...begin, REFUSE_UNTRUSTED_OWNERS, ...rest]);
    };
    try {
      await send(false);
    } catch (error) {
      if (!areOlderTables(error)) throw error;
      await session.query('ROLLBACK');
      await send(true);
    }
  } catch (error) {
    run.ports.logger.log('info', 'Head office was not told that the branch cannot be read', {
      connection: connection.id,
      error: String(error),
    });
  }
}

/** Reports once that head office does not see this branch, and again only after it has seen it. */
function tellRefused(run: RunContext, connection: string, reported: Reported): void {
  const { journal, ports } = run;
  const told = journal.serviceNote(deniedOf(connection)) !== null;
  if (reported === 'written' && told)
    journal.togetherLazily(() => journal.setServiceNote(deniedOf(connection), null));
  if (reported === 'failed')
    ports.logger.log('info', 'The report to head office was not written', { connection });
  if (told || reported === 'written' || reported === 'failed') return;
  const code = reported === 'denied' ? NoticeCode.ReportDenied : NoticeCode.ReportUntrusted;
  tellNotice(run, connection, null, { code, params: { connection } });
  journal.setServiceNote(deniedOf(connection), ports.clock.now().toISOString());
}

function reportOf(run: RunContext, connection: string, lostLease: boolean): BranchReport {
  const { installation, imports, batchId, journal } = run;
  const batch = batchId === null ? null : journal.batch(batchId);
  const tables = batch === null ? [] : journal.tables(batch.batch_id);
  const rows = tables.filter((row) => row.connection === connection);
  return {
    connection,
    installation,
    branch: imports ? null : run.branchFacts(connection, rows),
    batch: batch === null || rows.length === 0 ? null : batchFacts(run, batch, rows, lostLease),
  };
}

function batchFacts(
  run: RunContext,
  batch: BatchRow,
  rows: readonly TableRow[],
  lostLease: boolean,
): BatchFacts {
  const failed = rows.filter((row) => row.status === TableStatus.Failed);
  const completed = rows.filter((row) => row.status === TableStatus.Completed).length;
  const skipped = rows.filter((row) => row.status === TableStatus.Skipped).length;
  const isLeft = failed.length + completed + skipped < rows.length;
  const sum = (of: (row: TableRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const codes = new Set(failed.map((row) => row.error_code));
  const [code = null] = completed + skipped === 0 && !isLeft && codes.size === 1 ? codes : [];
  const ended = failed.length > 0 ? BatchStatus.Failed : BatchStatus.Completed;
  const reason = lostLease
    ? InterruptionReason.LostLease
    : (stopReason(run.stop) ?? InterruptionReason.Crash);
  return {
    batchId: batch.batch_id,
    status: isLeft ? BatchStatus.Interrupted : ended,
    reason: isLeft ? reason : null,
    trigger: batch.trigger,
    again: batch.resume_count > 0,
    seconds: (run.ports.clock.now().getTime() - Date.parse(batch.started_at)) / 1000,
    total: rows.length,
    completed,
    skipped,
    failed: failed.map((row) => ({ table: row.table_name, code: row.error_code ?? FailureKind.Permanent })),
    records: {
      processed: sum((row) => row.records_processed),
      skipped: sum((row) => row.records_skipped),
      deleted: sum((row) => row.records_deleted),
    },
    bytes: sum((row) => row.bytes),
    errorCode: code,
  };
}
