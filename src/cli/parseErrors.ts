import type { Command, CommanderError } from 'commander';
import type { Translate } from '../shared/texts/translate.ts';
import { nearest } from './nearest.ts';

/** What the parser said, in the person's language. */
export interface ParseProblem {
  readonly what: string;
  readonly hint: string | null;
  readonly next: string;
}

/**
 * Commander tells what is wrong as one English sentence; the names in it stand between single quotes,
 * and its suggestion between parentheses.
 *
 * @param program and `argv` tell which command the person was at
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
  // A command that can stand alone and also has verbs takes a mistyped verb for a word too many.
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

/** The innermost command that the line names, and the plain words behind it. */
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
