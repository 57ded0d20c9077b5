import { type ErrorParams, FailureCode, SyncFailure, UsageError } from '../shared/errors.ts';
import { visible } from '../shared/visible.ts';
import type { CliContext } from './context.ts';
import { ExitCode, exitCodeOfUsage } from './exitCodes.ts';
import { writeCrashLog } from './logFile.ts';
import { renderUsage } from './render/usage.ts';

/** What `--json` prints under `error`. */
interface ErrorJson {
  readonly code: string;
  readonly what: string;
  readonly means: string | null;
  readonly next: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Tells a person (or, with `--json`, a program) what went wrong, and gives the exit code. */
export function reportError(error: unknown, context: CliContext): ExitCode {
  if (error instanceof UsageError) return reportUsage(error, context);
  if (error instanceof SyncFailure) return reportFailure(error, context);
  return reportUnexpected(error, context);
}

function reportUsage(error: UsageError, context: CliContext): ExitCode {
  const texts = context.t.usage(error.code, error.params);
  const { what, hint, means } = texts;
  const next = hint === null ? texts.next : `${hint} ${texts.next}`;
  tell(context, { code: error.code, what, means, next, params: error.params }, () =>
    renderUsage(texts, context.errorLook),
  );
  return exitCodeOfUsage(error.code);
}

function reportFailure(error: SyncFailure, context: CliContext): ExitCode {
  const { detail } = error;
  const { sentence, next } = context.t.failure({ ...detail, params: withLog(error, context) });
  tell(
    context,
    { code: detail.code, what: sentence, means: detail.message, next, params: detail.params },
    () => {
      const { colors } = context.errorLook;
      return [colors.red(sentence), colors.dim(visible(detail.message)), next];
    },
  );
  return ExitCode.SomeFailed;
}

/** Of a failure that nobody classified the log has the stack, and the person is told which file that is. */
function withLog(error: SyncFailure, { folder }: CliContext): ErrorParams {
  const { code, params } = error.detail;
  if (code !== FailureCode.Internal) return params;
  const written = writeCrashLog(folder, error);
  return written.ok ? { ...params, file: written.file } : params;
}

/** A stack means nothing to a branch person, so it goes to a file that support can ask for. */
function reportUnexpected(error: unknown, context: CliContext): ExitCode {
  const { t } = context;
  const written = writeCrashLog(context.folder, error);
  const next = written.ok
    ? t('cli.fatal.next', { file: written.file })
    : t('cli.fatal.noFile', { reason: `${written.reason}; ${String(error)}` });
  const what = t('cli.fatal.what');
  const means = t('cli.fatal.means');
  tell(context, { code: 'internal', what, means, next, params: {} }, () => [
    context.errorLook.colors.red(what),
    means,
    next,
  ]);
  return ExitCode.SomeFailed;
}

function tell(context: CliContext, json: ErrorJson, lines: () => readonly string[]): void {
  if (context.json) context.printJson({ error: json });
  else context.printError(lines());
}
