import type { Command } from 'commander';
import { type VerifyOptions, verify } from '../commands/verify.ts';
import { withExamples } from '../helpStyle.ts';
import { optionValues } from '../optionValues.ts';
import type { Declaring } from '../program.ts';

export function declareVerify(program: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const command = program
    .command('verify')
    .description(t('help.command.verify'))
    .option('--connection <ID>', t('help.option.connection'), read.list)
    .option('--tables <A,B>', t('help.option.tables'), read.list)
    .option('--repair', t('help.option.repair'))
    .option('--allow-deletes', t('help.option.allowDeletes'))
    .option('--wait', t('help.option.wait'));
  json(command, t('help.option.jsonVerify'));
  withExamples(command, t, [
    ['verify', t('help.example.verify')],
    ['verify --connection pgsql_lmp --tables CInvoice,c_order', t('help.example.verifySome')],
    ['verify --tables c_invoice --repair', t('help.example.verifyRepair')],
  ]);
  command.action((options: VerifyOptions) => choose(command, (context) => verify(options, context)));
}
