import { UsageCode } from '../shared/errors.ts';
import { assertNever, BatchStatus, TableStatus } from '../shared/status.ts';

/** Exit codes for scripts. 75 is EX_TEMPFAIL of sysexits: try again later. */
export const ExitCode = {
  AllWell: 0,
  SomeFailed: 1,
  WrongUse: 2,
  Interrupted: 3,
  LeaseHeld: 75,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export function exitCodeOfBatch(status: BatchStatus): ExitCode {
  switch (status) {
    case BatchStatus.Completed:
      return ExitCode.AllWell;
    case BatchStatus.Failed:
      return ExitCode.SomeFailed;
    case BatchStatus.Interrupted:
    case BatchStatus.Running:
      return ExitCode.Interrupted;
    default:
      return assertNever(status);
  }
}

/** A table run that neither completed nor failed was stopped. */
export function exitCodeOfTable(status: TableStatus): ExitCode {
  switch (status) {
    case TableStatus.Completed:
    case TableStatus.Skipped:
      return ExitCode.AllWell;
    case TableStatus.Failed:
      return ExitCode.SomeFailed;
    case TableStatus.Pending:
    case TableStatus.InProgress:
      return ExitCode.Interrupted;
    default:
      return assertNever(status);
  }
}

/** The command was right, and the disk or the file is not. */
const OF_THE_DISK: readonly UsageCode[] = [
  UsageCode.ExportDiskFull,
  UsageCode.ExportUnwritable,
  UsageCode.ExportUnreadable,
  UsageCode.ExportDamaged,
  UsageCode.ExportPartMissing,
  UsageCode.ExportPartOther,
];

export function exitCodeOfUsage(code: UsageCode): ExitCode {
  const atWork: readonly UsageCode[] = [
    UsageCode.LeaseHeld,
    UsageCode.BatchRunning,
    UsageCode.ServiceRunning,
  ];
  if (atWork.includes(code)) return ExitCode.LeaseHeld;
  if (OF_THE_DISK.includes(code) || code === UsageCode.DemoFailed) return ExitCode.SomeFailed;
  return ExitCode.WrongUse;
}

/** Handles uncaught errors. `serve`, which runs for months, replaces the handler of short commands. */
let handle: ((error: unknown) => void) | null = null;

/**
 * From here on, an error thrown outside of a command no longer prints a stack and ends the process.
 *
 * @param handler replaces the one set before
 */
export function onUncaught(handler: (error: unknown) => void): void {
  if (handle === null) {
    process.on('uncaughtException', (error) => handle?.(error));
    process.on('unhandledRejection', (error) => handle?.(error));
  }
  handle = handler;
}
