import type { Command } from 'commander';
import { answerCopyHere } from '../commands/installation.ts';
import { withExamples } from '../helpStyle.ts';
import type { Declaring } from '../program.ts';

export function declareInstallation(program: Command, { t, json, choose }: Declaring): void {
  const group = program.command('installation').description(t('help.command.installation'));
  const keep = group.command('keep').description(t('help.command.installationKeep'));
  json(keep, t('help.option.json'));
  withExamples(keep, t, [['installation keep', t('help.example.installationKeep')]]);
  keep.action(() => choose(keep, (context) => answerCopyHere('keep', context)));
  const renew = group.command('new').description(t('help.command.installationNew'));
  json(renew, t('help.option.json'));
  withExamples(renew, t, [['installation new', t('help.example.installationNew')]]);
  renew.action(() => choose(renew, (context) => answerCopyHere('new', context)));
}
