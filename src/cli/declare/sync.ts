import type { Command } from 'commander';
import { Strategy } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { type SyncAllOptions, syncAll } from '../commands/syncAll.ts';
import { type SyncTableOptions, syncTable } from '../commands/syncTable.ts';
import { withExamples } from '../helpStyle.ts';
import { optionValues } from '../optionValues.ts';
import type { Declaring } from '../program.ts';

const STRATEGIES = Object.values(Strategy);

export function declareSync(program: Command, declaring: Declaring): void {
  declareSyncAll(program, declaring);
  declareSyncTable(program, declaring);
}

function declareSyncAll(program: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const command = program
    .command('sync-all')
    .description(t('help.command.syncAll'))
    .option('--connection <ID>', t('help.option.connection'), read.list)
    .option('--tables <A,B>', t('help.option.tables'), read.list)
    .option('--resume <BATCH_ID>', t('help.option.resume'))
    .option('--accept-source <ID>', t('help.option.acceptSource'), read.list)
    .option('--verbose', t('help.option.verbose'));
  declareHow(command, t);
  json(command, t('help.option.jsonRun'));
  withExamples(command, t, [
    ['sync-all', t('help.example.syncAll')],
    ['sync-all --connection pgsql_lmp --tables CInvoice,c_order', t('help.example.syncAllSome')],
    ['sync-all --resume sync_20251108_143052_aB3dEf9h', t('help.example.syncAllResume')],
  ]);
  command.action((options: SyncAllOptions) => choose(command, (context) => syncAll(options, context)));
}

function declareSyncTable(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('sync-table')
    .description(t('help.command.syncTable'))
    .argument('<MODEL>', t('help.argument.model'))
    .requiredOption('--connection <ID>', t('help.option.connectionOne'))
    .option('--batch-id <BATCH_ID>', t('help.option.batchId'));
  declareHow(command, t);
  json(command, t('help.option.jsonTable'));
  withExamples(command, t, [
    ['sync-table CInvoice --connection pgsql_lmp', t('help.example.syncTable')],
    [
      'sync-table c_invoice --connection pgsql_lmp --batch-id sync_20251108_143052_aB3dEf9h',
      t('help.example.syncTableBatch'),
    ],
  ]);
  command.action((model: string, options: SyncTableOptions) =>
    choose(command, (context) => syncTable(model, options, context)),
  );
}

/** What both commands take on how to go about it. */
function declareHow(command: Command, t: Translate): void {
  command
    .option(
      '--strategy <S>',
      `${t('help.option.strategy')} (${STRATEGIES.join(', ')})`,
      optionValues(t).oneOf('--strategy', STRATEGIES),
    )
    .option('--allow-deletes', t('help.option.allowDeletes'))
    .option('--wait', t('help.option.wait'));
}
