import type { LogRow } from '../contract.ts';
import { FailureCode } from '../errors.ts';
import { formatDateTime, formatDuration } from '../format.ts';
import { type HookFailure, HookOutcome, type HookReason } from '../hooks.ts';
import type { Translate } from './translate.ts';

/** Why a hook did not succeed, as a sentence. Without the reason's `message` it has no text of a server or of the system. */
export function sayHookReason(reason: HookReason, t: Translate): string {
  const { what, outcome, seconds, exitCode, message, failure } = reason;
  switch (outcome) {
    case HookOutcome.TimedOut:
      return t('hooks.reason.timed_out', { duration: formatDuration(seconds, t.language) });
    case HookOutcome.Stopped:
      return t('hooks.reason.stopped');
    case HookOutcome.CutOff:
      return t('hooks.reason.cut_off');
    default:
  }
  if (failure !== null) return t.failure(failure).sentence;
  if (what === 'sql')
    return message === null ? t('hooks.reason.sqlRefused') : t('hooks.reason.sql', { message });
  if (outcome === HookOutcome.NotStarted)
    return message === null ? t('hooks.reason.notStarted') : t('hooks.reason.program', { message });
  if (exitCode !== null) return t('hooks.reason.exit', { code: exitCode });
  return message === null ? t('hooks.reason.ended') : t('hooks.reason.signal', { signal: message });
}

/** The end of a hook, as a line of the log. */
export function sayHookEnd(hook: string, reason: HookReason, t: Translate): string {
  if (reason.outcome !== HookOutcome.Done)
    return t('log.hookFailed', { hook, reason: sayHookReason(reason, t) });
  return t('log.hookDone', { hook, duration: formatDuration(reason.seconds, t.language) });
}

/** A hook that has not succeeded since. */
export function sayFailingHook(hook: string, { since, reason }: HookFailure, t: Translate): string {
  const at = formatDateTime(since, t.language);
  return t('hooks.failing', { hook, since: at, reason: sayHookReason(reason, t) });
}

/** The end of a hook in a line of the event log; null if this version does not know how it ended. */
export function hookReasonIn({ detail }: LogRow): HookReason | null {
  const { what, seconds, exitCode, message, failure } = detail;
  const outcome = Object.values(HookOutcome).find((one) => one === detail.outcome);
  if (outcome === undefined) return null;
  return {
    what: what === 'command' ? what : 'sql',
    outcome,
    seconds: typeof seconds === 'number' ? seconds : 0,
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    message: typeof message === 'string' ? message : null,
    failure: failureIn(failure),
  };
}

function failureIn(value: unknown): HookReason['failure'] {
  if (typeof value !== 'object' || value === null || !('code' in value)) return null;
  const code = Object.values(FailureCode).find((one) => one === value.code) ?? FailureCode.Internal;
  const params =
    'params' in value && typeof value.params === 'object' ? Object.entries(value.params ?? {}) : [];
  return { code, params: Object.fromEntries(params.map(([name, one]) => [name, String(one)])) };
}

/** What a program has written, in lines to show below that of its end. */
export function hookOutputLines({ event, detail }: LogRow): readonly string[] {
  if (event !== 'hook_ended' || typeof detail.output !== 'string' || detail.output === '') return [];
  return detail.output.split('\n').map((line) => `  │ ${line}`);
}
