import type { Command } from 'commander';
import { type PruneOptions, prune } from '../commands/prune.ts';
import { withExamples } from '../helpStyle.ts';
import type { Declaring } from '../program.ts';

export function declarePrune(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('prune')
    .description(t('help.command.prune'))
    .option('--dry-run', t('help.option.dryRun'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['prune --dry-run', t('help.example.pruneDryRun')],
    ['prune', t('help.example.prune')],
  ]);
  command.action((options: PruneOptions) => choose(command, (context) => prune(options, context)));
}
