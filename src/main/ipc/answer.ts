import type { z } from 'zod';
import type { Logger } from '../../core/ports.ts';
import { FailureCode, FailureKind, SyncFailure, UsageError } from '../../shared/errors.ts';
import type { Answer, Queries, QueryName, Refusal } from '../../shared/ipc.ts';

/** For each query: what its arguments must look like, and who answers. */
export type Handlers = {
  readonly [Q in QueryName]: {
    readonly args: z.ZodType<Parameters<Queries[Q]>>;
    readonly answer: (...args: Parameters<Queries[Q]>) => ReturnType<Queries[Q]>;
  };
};

/**
 * Answers one query. What the engine refuses comes back as codes.
 *
 * @throws ZodError where the arguments are not of the query's form: that is no person's mistake
 */
export function answerQuery<Q extends QueryName>(
  handlers: Handlers,
  query: Q,
  args: readonly unknown[],
  logger: Logger,
): Answer<Q> {
  const handler = handlers[query];
  const parsed = handler.args.parse(args);
  try {
    return { ok: true, value: handler.answer(...parsed) };
  } catch (error) {
    return { ok: false, refusal: refusalOf(error, query, logger) };
  }
}

function refusalOf(error: unknown, query: QueryName, logger: Logger): Refusal {
  if (error instanceof UsageError) return { kind: 'usage', code: error.code, params: error.params };
  if (error instanceof SyncFailure) return { kind: 'failure', failure: error.detail };
  const message = error instanceof Error ? error.message : String(error);
  logger.log('error', 'A query failed unexpectedly', {
    query,
    stack: error instanceof Error ? error.stack : message,
  });
  return {
    kind: 'failure',
    failure: { code: FailureCode.Internal, kind: FailureKind.Permanent, message, params: {} },
  };
}
