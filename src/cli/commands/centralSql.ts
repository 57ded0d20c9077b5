import type { Command } from 'commander';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { findConnection, readSettings } from '../settingsDoor.ts';

interface CentralSqlCommandOptions {
  readonly connection: string;
  readonly layout?: 'schema' | 'stamp';
  readonly role?: string;
}

/** `central-sql`: prints what head office runs to give a branch a role of its own. Asks no database. */
async function centralSql(options: CentralSqlCommandOptions, context: CliContext): Promise<ExitCode> {
  const settings = await readSettings(context);
  const connection = findConnection(options.connection, settings);
  if (connection === 'central')
    throw new UsageError(UsageCode.ConnectionUnknown, { connection: options.connection });
  const sql = await import('../../core/rights/centralSql.ts');
  const { layout: configured } = settings.central;
  const layout = options.layout ?? (configured === 'schema' ? 'schema' : 'stamp');
  const role = options.role ?? sql.roleOf(connection.id);
  const sections = sql.centralSql(settings.central, connection, { layout, role });
  const { t } = context;
  if (context.json) {
    const statements = sections.flatMap((one) => one.statements);
    context.printJson({ connection: connection.id, role, layout, statements });
    return ExitCode.AllWell;
  }
  const quotedRole = sql.psqlName(role);
  const about = { connection: connection.id, database: settings.central.database, quotedRole };
  context.print(sql.sqlText(sections, (topic) => t(`cli.centralSql.${topic}`, about).split(/[\n\r]+/)));
  return ExitCode.AllWell;
}

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
