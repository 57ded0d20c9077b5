import type { Command, HelpConfiguration } from 'commander';
import textWidth from 'fast-string-width';
import { closest, distance } from 'fastest-levenshtein';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { Translate } from '../shared/texts/translate.ts';

/** Parses option values as commander passes them. @throws UsageError `option_invalid` */
export function optionValues(t: Translate) {
  const wrong = (option: string, reason: string): never => {
    throw new UsageError(UsageCode.OptionInvalid, { option, reason });
  };
  return {
    /** `A,B`, or the option given several times; `\,` is a comma within a name. */
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
    /** `26h`, `90m`, `2d`, in seconds. */
    duration:
      (option: string) =>
      (value: string): number =>
        durationOf(value) ?? wrong(option, t('help.parse.duration')),
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

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `26h`; null for anything else. */
function durationOf(text: string): number | null {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd])$/.exec(text.trim()) ?? [];
  const factor = UNITS[unit];
  return factor === undefined ? null : Math.round(Number(amount) * factor);
}

/** The candidate that was probably meant: at most half of its characters differ. Null if none is that close. */
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

/** One line under "Examples": a command to copy, and what it does. */
type Example = readonly [args: string, meaning: string];

/** Replaces commander's English titles by translated ones. */
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

/** Adds examples to a command's help. */
export function withExamples(command: Command, t: Translate, examples: readonly Example[]): Command {
  const width = Math.max(...examples.map(([args]) => textWidth(args)));
  const lines = examples.map(([args, meaning]) => `  branchline ${args.padEnd(width)}   ${meaning}`);
  return command.addHelpText('after', `\n${t('help.title.examples')}\n${lines.join('\n')}`);
}
