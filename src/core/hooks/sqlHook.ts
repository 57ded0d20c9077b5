import { type FailureDetail, SyncFailure } from '../../shared/errors.ts';
import { HookOutcome } from '../../shared/hooks.ts';
import { type Link, openLink } from '../postgres/link.ts';
import type { SessionOptions } from '../postgres/session.ts';

/** How the SQL of a hook ended. */
export interface SqlEnd {
  readonly outcome: HookOutcome;
  /** Why it failed, without passwords. */
  readonly failure: Pick<FailureDetail, 'code' | 'params' | 'message' | 'sqlstate'> | null;
  /** What is to be said instead of the failure's message. */
  readonly message: string | null;
}

export interface SqlSetup {
  readonly statements: readonly string[];
  /** To head office, under a name that no batch ends as a stale backend of its own. */
  readonly options: SessionOptions;
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
  readonly halt: AbortSignal;
}

/** How long the server has longer than itself to end a statement, before the session is cut. */
const SPARE_MS = 5000;

/**
 * Runs statements at head office in a session of its own, one after the other up to the first that fails. Each is its own
 * transaction, sent alone as it is written, so that REFRESH … CONCURRENTLY, VACUUM and procedures that commit work. Our
 * settings hold; names are found only with their schema, because `search_path` is empty.
 *
 * Behind a pooler that lends its sessions by the transaction, settings hold only inside one, so each statement is sent in
 * a transaction there.
 */
export async function runSql(setup: SqlSetup): Promise<SqlEnd> {
  const { statements, options, timeoutMs, stop, halt } = setup;
  const until = performance.now() + timeoutMs;
  let why: 'timeout' | 'stop' | null = null;
  let link: Link | null = null;
  const abandoned = new AbortController();
  const cut = (reason: 'timeout' | 'stop'): void => {
    why ??= reason;
    abandoned.abort();
    link?.destroy();
  };
  // The server ends its statement first: what is said then is sure.
  const timer = setTimeout(() => cut('timeout'), timeoutMs + SPARE_MS);
  const onStop = (): void => cut('stop');
  for (const signal of [stop, halt]) signal.addEventListener('abort', onStop);
  let at = 0;
  try {
    if (stop.aborted || halt.aborted) return { outcome: HookOutcome.Stopped, failure: null, message: null };
    link = await openLink({ ...options, stop: undefined, abandoned: abandoned.signal });
    if (abandoned.signal.aborted) link.destroy();
    for (; at < statements.length; at++) {
      const left = Math.ceil(until - performance.now());
      if (left <= 0) return { outcome: HookOutcome.TimedOut, failure: null, message: null };
      await runStatement(link, statements[at] ?? '', left);
    }
    if (link.session.inTransaction) return { outcome: HookOutcome.Failed, failure: null, message: LEFT_OPEN };
    return { outcome: HookOutcome.Done, failure: null, message: null };
  } catch (error) {
    if (why === 'stop') return { outcome: HookOutcome.Stopped, failure: null, message: null };
    if (!(error instanceof SyncFailure)) throw error;
    return endOf(
      error.detail,
      link !== null,
      why === 'timeout' || performance.now() >= until,
      at,
      statements.length,
    );
  } finally {
    clearTimeout(timer);
    for (const signal of [stop, halt]) signal.removeEventListener('abort', onStop);
    await link?.close();
  }
}

const LEFT_OPEN = 'a transaction was left open, so PostgreSQL has rolled it back';

async function runStatement({ session }: Link, statement: string, ms: number): Promise<void> {
  // Waits for locks may take as long as everything else.
  const limits = [`statement_timeout = ${ms}`, 'lock_timeout = 0'];
  if (session.pooled) {
    const local = limits.map((one) => `SET LOCAL ${one}`);
    await session.script([...session.begin(), ...local, statement, 'COMMIT'], ms + SPARE_MS);
    return;
  }
  await session.script(limits.map((one) => `SET ${one}`));
  await session.query(statement, [], ms + SPARE_MS);
}

function endOf(
  { code, params, message, sqlstate }: FailureDetail,
  wasOpen: boolean,
  isLate: boolean,
  at: number,
  of: number,
): SqlEnd {
  if (isLate) return { outcome: HookOutcome.TimedOut, failure: null, message: null };
  const failure = { code, params, message, ...(sqlstate !== undefined && { sqlstate }) };
  if (!wasOpen) return { outcome: HookOutcome.NotStarted, failure, message: null };
  if (sqlstate === undefined) return { outcome: HookOutcome.Failed, failure, message: null };
  const which = of > 1 ? `${at + 1}/${of}: ` : '';
  return { outcome: HookOutcome.Failed, failure, message: `${which}${message} (${sqlstate})` };
}
