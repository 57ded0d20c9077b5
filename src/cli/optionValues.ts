import type { Command, HelpConfiguration } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import stringWidth from 'string-width';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { Translate } from '../shared/texts/translate.ts';

/** Reads option values as commander hands them over. @throws UsageError `option_invalid` */
export function optionValues(t: Translate) {
  const wrong = (option: string, reason: string): never => {
    throw new UsageError(UsageCode.OptionInvalid, { option, reason });
  };
  return {
    /** `A,B` or the option given several times; `\,` is a comma of a name. */
    list: (value: string, before: readonly string[] | undefined): readonly string[] => [
      ...(before ?? []),
      ...value
        .split(/(?<!\\),/)
        .map((part) => part.trim().replaceAll('\\,', ','))
        .filter((part) => part !== ''),
    ],
    positive:
      (option: string) =>
      (value: string): number => {
        const number = Number(value);
        return Number.isFinite(number) && number > 0 ? number : wrong(option, t('help.parse.notANumber'));
      },
    port: (value: string): number => {
      const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
      return number >= 1 && number <= 65535 ? number : wrong('--port', t('cli.connection.reason.portWrong'));
    },
    oneOf:
      <T extends string>(option: string, choices: readonly T[]) =>
      (value: string): T => {
        const chosen = choices.find((choice) => choice === value);
        return chosen ?? wrong(option, t('help.parse.oneOf', { choices: choices.join(', ') }));
      },
  };
}

/** The candidate that was probably meant: at most half of what was typed is wrong. Null where none is near. */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const found = closest(
    typed.toLowerCase(),
    candidates.map((one) => one.toLowerCase()),
  );
  const index = candidates.findIndex((one) => one.toLowerCase() === found);
  const near = distance(typed.toLowerCase(), found) <= Math.max(typed.length, found.length) / 2;
  return near ? (candidates[index] ?? null) : null;
}

/** One line under "Examples": a command to copy and what it does. */
type Example = readonly [args: string, meaning: string];

/** Commander's titles are English; these are ours for them. */
export function helpStyle(t: Translate): HelpConfiguration {
  const titles: Readonly<Record<string, string>> = {
    'Usage:': t('help.title.usage'),
    'Arguments:': t('help.title.arguments'),
    'Options:': t('help.title.options'),
    'Commands:': t('help.title.commands'),
    'Global Options:': t('help.title.globalOptions'),
  };
  return { showGlobalOptions: true, styleTitle: (title) => titles[title] ?? title };
}

/** Puts examples behind a command's help. */
export function withExamples(command: Command, t: Translate, examples: readonly Example[]): Command {
  const width = Math.max(...examples.map(([args]) => stringWidth(args)));
  const lines = examples.map(([args, meaning]) => `  branchline ${args.padEnd(width)}   ${meaning}`);
  return command.addHelpText('after', `\n${t('help.title.examples')}\n${lines.join('\n')}`);
}
