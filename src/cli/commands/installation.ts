import type { Command } from 'commander';
import type { CopyAnswer } from '../../shared/service.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';

/** `installation keep` and `installation new`: a person's answer after the data folder came from another computer. */
async function answerCopyHere(answer: CopyAnswer, context: CliContext): Promise<ExitCode> {
  const { folder, t } = context;
  const { settleCopy } = await import('../../core/settings/settleCopy.ts');
  const { id, host } = settleCopy({ folder }, t.language, answer);
  if (context.json) context.printJson({ installation: { id, host } });
  else context.print([t(`cli.installation.${answer}`, { id, host })]);
  return ExitCode.AllWell;
}

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
