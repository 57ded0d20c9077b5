import type { Logger } from '../core/ports.ts';
import { FailureCode, FailureKind, SyncFailure, UsageError } from '../shared/errors.ts';
import type { Refusal } from '../window-api/views.ts';
import { type Answer, type CallName, parseArgs } from '../window-api/windowApi.ts';
import type { Answerers } from './windowApp.ts';

/**
 * Answers one call. What is refused comes back as codes.
 *
 * @param args as they came from outside
 * @throws $ZodError where they are not of the call's form: that is no person's mistake
 */
export async function answerCall<C extends CallName>(
  answerers: Answerers,
  call: C,
  args: unknown,
  logger: Logger,
): Promise<Answer<C>> {
  const parsed = parseArgs(call, args);
  try {
    return { ok: true, value: await answerers[call](...parsed) };
  } catch (error) {
    return { ok: false, refusal: refusalOf(error, call, logger) };
  }
}

/** The codes of an error; one that nobody expected is logged with its stack, which no person is shown. */
export function refusalOf(error: unknown, call: CallName, logger: Logger): Refusal {
  if (error instanceof UsageError) return { kind: 'usage', code: error.code, params: error.params };
  if (error instanceof SyncFailure) return { kind: 'failure', failure: error.detail };
  const message = error instanceof Error ? error.message : String(error);
  logger.log('error', 'A call failed unexpectedly', {
    call,
    stack: error instanceof Error ? error.stack : message,
  });
  return {
    kind: 'failure',
    failure: { code: FailureCode.Internal, kind: FailureKind.Permanent, message, params: {} },
  };
}
