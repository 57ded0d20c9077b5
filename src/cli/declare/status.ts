import { type Command, Option } from 'commander';
import { type SyncStatusOptions, syncStatus } from '../commands/syncStatus.ts';
import { withExamples } from '../helpStyle.ts';
import type { Declaring } from '../program.ts';

export function declareStatus(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('sync-status')
    .description(t('help.command.syncStatus'))
    .argument('[BATCH_ID]', t('help.argument.batchId'))
    .option('--latest', t('help.option.latest'))
    .addOption(new Option('--all', t('help.option.all')).conflicts(['latest', 'failed', 'watch', 'events']))
    .option('--failed', t('help.option.failed'))
    .option('--watch', t('help.option.watch'))
    .option('--events', t('help.option.events'))
    .option('--verbose', t('help.option.verbose'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['sync-status', t('help.example.status')],
    ['sync-status --failed', t('help.example.statusFailed')],
    ['sync-status --all', t('help.example.statusAll')],
    ['sync-status --watch', t('help.example.statusWatch')],
    ['sync-status --events', t('help.example.statusEvents')],
  ]);
  command.action((batchId: string | undefined, options: SyncStatusOptions) =>
    choose(command, (context) => syncStatus(batchId, options, context)),
  );
}
