import type { Command, CommanderError } from 'commander';
import { type ErrorParams, FailureCode, SyncFailure, UsageError } from '../shared/errors.ts';
import type { Translate, UsageTexts } from '../shared/texts/translate.ts';
import { visible } from '../shared/visible.ts';
import type { CliContext } from './context.ts';
import { ExitCode, exitCodeOfUsage } from './exitCodes.ts';
import { writeCrashLog } from './logFile.ts';
import { nearest } from './optionValues.ts';
import { checkLine } from './render/checkLine.ts';
import type { Look } from './render/marks.ts';

/** What `--json` prints under `error`. */
interface ErrorJson {
  readonly code: string;
  readonly what: string;
  readonly means: string | null;
  readonly next: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Reports an error to the person (with `--json`, to a program), and returns the exit code. */
export function reportError(error: unknown, context: CliContext): ExitCode {
  if (error instanceof UsageError) return reportUsage(error, context);
  if (error instanceof SyncFailure) return reportFailure(error, context);
  return reportUnexpected(error, context);
}

/**
 * Runs a check for a monitoring system. An error is its answer, too: one line, and the exit code for "unknown".
 *
 * @param check prints its line and returns its code
 */
export async function checked(context: CliContext, check: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await check();
  } catch (error) {
    context.print([checkLine(3, whatOf(error, context))]);
    return 3;
  }
}

function whatOf(error: unknown, { t, folder }: CliContext): string {
  if (error instanceof UsageError) return t.usage(error.code, error.params).what;
  if (error instanceof SyncFailure) return t.failure(error.detail).sentence;
  writeCrashLog(folder, error);
  return t('cli.fatal.what');
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

/** The stack of an unclassified failure is in the log; the message names that file. */
function withLog(error: SyncFailure, { folder }: CliContext): ErrorParams {
  const { code, params } = error.detail;
  if (code !== FailureCode.Internal) return params;
  const written = writeCrashLog(folder, error);
  return written.ok ? { ...params, file: written.file } : params;
}

/** A stack means nothing to people at a branch, so it goes to a file that support can ask for. */
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

/** A parse error in the person's language. */
export interface ParseProblem {
  readonly what: string;
  readonly hint: string | null;
  readonly next: string;
}

/**
 * Translates commander's parse errors. Each is one English sentence, with names in single quotes and a
 * suggestion in parentheses.
 *
 * @param program with `argv`, shows which command was being called
 * @see https://github.com/tj/commander.js/blob/master/lib/command.js
 */
export function explainParseError(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
  t: Translate,
): ParseProblem {
  const { command, path, rest } = commandAt(program, argv);
  const next = t('help.parse.seeHelp', { command: path });
  const [word] = rest;
  // For a command that also has verbs, commander reports a mistyped verb as an excess argument.
  if (error.code === 'commander.excessArguments' && command.commands.length > 0 && word !== undefined) {
    const near = nearest(
      word,
      command.commands.map((one) => one.name()),
    );
    return { what: t('help.parse.unknownCommand', { name: word }), hint: hintOf(near, t), next };
  }
  const suggestion = /\(Did you mean (?:one of )?(.+)\?\)/.exec(error.message)?.[1];
  return { what: sentence(error, t), hint: hintOf(suggestion ?? null, t), next };
}

function hintOf(near: string | null, t: Translate): string | null {
  return near === null ? null : t('words.nearest', { nearest: near });
}

/** The innermost command named on the line, and the words after it. */
function commandAt(program: Command, argv: readonly string[]) {
  let command = program;
  let path = program.name();
  const words = argv.filter((word) => !word.startsWith('-'));
  for (let at = 0; ; at += 1) {
    const inner = command.commands.find((one) => one.name() === words[at]);
    if (inner === undefined) return { command, path, rest: words.slice(at) };
    command = inner;
    path = `${path} ${inner.name()}`;
  }
}

function sentence(error: CommanderError, t: Translate): string {
  const names = [...error.message.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
  const [name = '', second = ''] = names;
  switch (error.code) {
    case 'commander.unknownOption':
      return t('help.parse.unknownOption', { name });
    case 'commander.unknownCommand':
      return t('help.parse.unknownCommand', { name });
    case 'commander.missingArgument':
      return t('help.parse.missingArgument', { name: name.toUpperCase() });
    case 'commander.optionMissingArgument':
      return t('help.parse.optionValueMissing', { name });
    case 'commander.missingMandatoryOptionValue':
      return t('help.parse.optionMissing', { name });
    case 'commander.excessArguments':
      return t('help.parse.tooMany');
    case 'commander.conflictingOption':
      return t('help.parse.conflict', { first: name, second });
    default:
      return error.message.replace(/^error: /, '');
  }
}

/** The first line is printed alone and without decoration, so that scripts can search for it. */
export function renderUsage(texts: UsageTexts, { colors }: Look): string[] {
  const lines = [colors.red(texts.what)];
  if (texts.hint !== null) lines.push(colors.bold(texts.hint));
  lines.push(texts.means, texts.next);
  return lines;
}
