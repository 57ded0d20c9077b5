import { UsageCode } from '../shared/errors.ts';
import { assertNever, BatchStatus, TableStatus } from '../shared/status.ts';

/** What scripts see. 75 is sysexits' EX_TEMPFAIL: trying again later is the right thing to do. */
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

/** A table run that ended neither completed nor failed was stopped. */
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

export function exitCodeOfUsage(code: UsageCode): ExitCode {
  const atWork: readonly UsageCode[] = [
    UsageCode.LeaseHeld,
    UsageCode.BatchRunning,
    UsageCode.ServiceRunning,
  ];
  if (atWork.includes(code)) return ExitCode.LeaseHeld;
  if (code === UsageCode.DemoFailed) return ExitCode.SomeFailed;
  return ExitCode.WrongUse;
}

/** What is done with an error that nobody has caught. A command that runs for months says something else than one that ends. */
let handle: ((error: unknown) => void) | null = null;

/**
 * From here on nothing that is thrown outside of a command ends the process with a stack on the terminal.
 *
 * @param handler replaces the one from before
 */
export function onUncaught(handler: (error: unknown) => void): void {
  if (handle === null) {
    process.on('uncaughtException', (error) => handle?.(error));
    process.on('unhandledRejection', (error) => handle?.(error));
  }
  handle = handler;
}
