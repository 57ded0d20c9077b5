import type { EngineEvent } from '../../shared/contract.ts';
import { type HookSettings, hookName } from '../../shared/hookSettings.ts';
import { type HookEnd, HookOutcome, type HookReason } from '../../shared/hooks.ts';
import type { Settings } from '../../shared/settings.ts';
import { InterruptionReason } from '../../shared/status.ts';
import type { WritableJournal } from '../journal/journal.ts';
import type { Ports } from '../ports.ts';
import { HIDE_NOTHING } from '../postgres/hidePassword.ts';
import type { SessionOptions } from '../postgres/session.ts';
import { errorFacts } from '../unexpected.ts';
import { commandEnv } from './commandEnv.ts';
import { runCommand } from './commandHook.ts';
import { hideSecretsOf } from './hideSecrets.ts';
import { type DueHook, dueHooks, hookMemory, setDueHooks, setHookMemory } from './hookMemory.ts';
import { runSql } from './sqlHook.ts';

/** What running hooks needs. */
export interface HookRun {
  readonly ports: Ports;
  readonly folder: string;
  readonly settings: Settings;
  readonly journal: WritableJournal;
  readonly emit: (event: EngineEvent) => void;
  /** For a session at head office. */
  readonly central: SessionOptions;
  readonly stop: AbortSignal;
  readonly halt: AbortSignal;
}

/**
 * Runs the hooks that are due, one after the other. One that an earlier process has begun is not begun again: it is noted
 * as cut off. After a stop, those that have not begun stay due. Needs the lease.
 *
 * @throws SyncFailure `journal_failed`
 */
export async function runDueHooks(run: HookRun): Promise<void> {
  const { journal, settings, stop, halt } = run;
  for (const due of dueHooks(journal).filter((one) => one.begun))
    end(run, due, notRun(settings, due, HookOutcome.CutOff));
  for (let next = dueHooks(journal)[0]; next !== undefined; next = dueHooks(journal)[0]) {
    if (stop.aborted || halt.aborted) {
      // A person who stops the run means its hooks, too; what a shutdown leaves runs at the next start.
      if (stop.reason !== InterruptionReason.User) return;
      end(run, next, notRun(settings, next, HookOutcome.Stopped));
      continue;
    }
    const { hook: name, batchId } = next;
    const hook = settings.hooks.afterBatch.find((one) => hookName(one) === name);
    // Taken out of the settings, or its batch is no longer in the journal: it has nobody to report to.
    if (hook === undefined || journal.batch(batchId) === null) {
      setDueHooks(journal, dueHooks(journal).slice(1));
      continue;
    }
    const begun: DueHook = { ...next, begun: true };
    journal.together(() => {
      setDueHooks(journal, [begun, ...dueHooks(journal).slice(1)]);
      journal.logEvent('hook_started', { batchId, detail: { hook: name } });
    });
    run.emit({ type: 'hook_started', batchId, hook: name });
    end(run, begun, await perform(run, hook, begun));
  }
}

function notRun({ hooks }: Settings, { hook }: DueHook, outcome: HookOutcome): Omit<HookEnd, 'hook'> {
  const set = hooks.afterBatch.find((one) => hookName(one) === hook);
  const what = set?.command === undefined ? 'sql' : 'command';
  return { what, outcome, seconds: 0, exitCode: null, message: null, failure: null, output: '' };
}

async function perform(run: HookRun, hook: HookSettings, due: DueHook): Promise<Omit<HookEnd, 'hook'>> {
  const { clock } = run.ports;
  const since = clock.monotonic();
  const what = hook.command === undefined ? 'sql' : 'command';
  const work = what === 'sql' ? performSql(run, hook) : performCommand(run, hook, due);
  const ended = await work.catch((error: unknown): Ended => {
    run.ports.logger.log('error', 'A hook met an error', { hook: due.hook, ...errorFacts(error) });
    const message = error instanceof Error ? error.message : String(error);
    return { what, outcome: HookOutcome.Failed, exitCode: null, message, failure: null, output: '' };
  });
  return { ...ended, seconds: Math.round(clock.monotonic() - since) / 1000 };
}

type Ended = Omit<HookEnd, 'hook' | 'seconds'>;

async function performSql({ central, stop, halt }: HookRun, hook: HookSettings): Promise<Ended> {
  const { sql: statements = [], timeoutSeconds } = hook;
  const timeoutMs = timeoutSeconds * 1000;
  const { outcome, failure, message } = await runSql({ statements, options: central, timeoutMs, stop, halt });
  const told = message === null && failure !== null ? { code: failure.code, params: failure.params } : null;
  return { what: 'sql', outcome, exitCode: null, message, failure: told, output: '' };
}

async function performCommand(run: HookRun, hook: HookSettings, due: DueHook): Promise<Ended> {
  const { folder, settings, stop, halt } = run;
  const { command = [''], timeoutSeconds } = hook;
  const env = commandEnv(due, settings);
  const ended = await runCommand({ command, folder, env, timeoutMs: timeoutSeconds * 1000, stop, halt });
  const { outcome, exitCode, message, output } = ended;
  // Read afterwards: a keychain may take a while, and most programs write nothing.
  const hide = output.isEmpty ? HIDE_NOTHING : await hideSecretsOf(settings, folder).catch(() => null);
  // Where the secrets cannot be known, none of it is shown.
  const shown = hide === null ? '' : output.text(hide);
  return { what: 'command', outcome, exitCode, message, failure: null, output: shown };
}

/** Writes the end of a hook to the journal, then emits it. */
function end({ journal, ports, settings, emit }: HookRun, due: DueHook, ended: Omit<HookEnd, 'hook'>): void {
  const { batchId, hook, covered } = due;
  const { output, ...reason } = ended;
  const isDone = ended.outcome === HookOutcome.Done;
  journal.together(() => {
    const detail = { hook, ...reason, ...(output !== '' && { output }) };
    journal.logEvent('hook_ended', { batchId, detail });
    const memory = hookMemory(journal, hook);
    const since = memory.failing?.since ?? ports.clock.now().toISOString();
    const failing = {
      batchId,
      batchSucceeded: covered.succeeded,
      since,
      reason: reason satisfies HookReason,
      moot: false,
    };
    setHookMemory(
      journal,
      hook,
      { ...memory, owed: isDone ? false : memory.owed, failing: isDone ? null : failing },
      settings.hooks.afterBatch.map(hookName),
    );
    setDueHooks(
      journal,
      dueHooks(journal).filter((one) => !(one.batchId === batchId && one.hook === hook)),
    );
  });
  emit({ type: 'hook_ended', batchId, end: { hook, ...ended } });
}
