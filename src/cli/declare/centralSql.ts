import type { Command } from 'commander';
import { type CentralSqlCommandOptions, centralSql } from '../commands/centralSql.ts';
import { withExamples } from '../helpStyle.ts';
import { optionValues } from '../optionValues.ts';
import type { Declaring } from '../program.ts';

export function declareCentralSql(program: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const command = program
    .command('central-sql')
    .description(t('help.command.centralSql'))
    .requiredOption('--connection <ID>', t('help.option.centralSqlConnection'))
    .option(
      '--layout <LAYOUT>',
      t('help.option.centralSqlLayout'),
      read.oneOf('--layout', ['schema', 'stamp']),
    )
    .option('--role <NAME>', t('help.option.centralSqlRole'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['central-sql --connection pgsql_lmp --layout schema > lampung.sql', t('help.example.centralSql')],
  ]);
  command.action((options: CentralSqlCommandOptions) =>
    choose(command, (context) => centralSql(options, context)),
  );
}
