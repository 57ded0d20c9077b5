import type { Command, HelpConfiguration } from 'commander';
import stringWidth from 'string-width';
import type { Translate } from '../shared/texts/translate.ts';

/** One line under "Examples": a command to copy and what it does. */
export type Example = readonly [args: string, meaning: string];

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
