import { type Command, Option } from 'commander';
import type { SqlSection } from '../../core/rights/centralSql.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { findConnection, readSettings } from '../settingsAccess.ts';

interface CentralSqlCommandOptions {
  readonly connection?: string;
  readonly headOffice?: boolean;
  readonly requests?: boolean;
  readonly layout?: 'schema' | 'stamp';
  readonly role?: string;
}

/** `central-sql`: prints the SQL that head office runs to give a branch its own role. Connects to no database. */
async function centralSql(options: CentralSqlCommandOptions, context: CliContext): Promise<ExitCode> {
  const settings = await readSettings(context);
  const sql = await import('../../core/rights/centralSql.ts');
  const { t } = context;
  if (options.headOffice) {
    const role = options.role ?? sql.READER;
    const about = { connection: '', database: settings.central.database, quotedRole: sql.psqlName(role) };
    return print(sql.readerSql(settings.central, role, options.requests), { role }, about, context);
  }
  if (options.connection === undefined)
    throw new UsageError(UsageCode.OptionInvalid, {
      option: 'central-sql',
      reason: t('help.parse.needsOne', { options: '--connection, --head-office' }),
    });
  const connection = findConnection(options.connection, settings);
  if (connection === 'central')
    throw new UsageError(UsageCode.ConnectionUnknown, { connection: options.connection });
  const { layout: configured } = settings.central;
  const layout = options.layout ?? (configured === 'schema' ? 'schema' : 'stamp');
  const role = options.role ?? sql.roleOf(connection.id);
  const sections = sql.centralSql(settings.central, connection, { layout, role });
  const quotedRole = sql.psqlName(role);
  const about = { connection: connection.id, database: settings.central.database, quotedRole };
  return print(sections, { connection: connection.id, role, layout }, about, context);
}

async function print(
  sections: readonly SqlSection[],
  json: Readonly<Record<string, string>>,
  about: { readonly connection: string; readonly database: string; readonly quotedRole: string },
  context: CliContext,
): Promise<ExitCode> {
  const { sqlText } = await import('../../core/rights/centralSql.ts');
  if (context.json) {
    const statements = sections.flatMap((one) => one.statements);
    context.printJson({ ...json, statements });
    return ExitCode.AllWell;
  }
  const said = (topic: SqlSection['topic']) => context.t(`cli.centralSql.${topic}`, about).split(/[\n\r]+/);
  context.print(sqlText(sections, said));
  return ExitCode.AllWell;
}

export function declareCentralSql(program: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const command = program
    .command('central-sql')
    .description(t('help.command.centralSql'))
    .option('--connection <ID>', t('help.option.centralSqlConnection'))
    .addOption(
      new Option('--head-office', t('help.option.centralSqlHeadOffice')).conflicts(['connection', 'layout']),
    )
    .addOption(
      new Option('--requests', t('help.option.centralSqlRequests')).conflicts(['connection', 'layout']),
    )
    .option(
      '--layout <LAYOUT>',
      t('help.option.centralSqlLayout'),
      read.oneOf('--layout', ['schema', 'stamp']),
    )
    .option('--role <NAME>', t('help.option.centralSqlRole'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['central-sql --connection pgsql_lmp --layout schema > lampung.sql', t('help.example.centralSql')],
    ['central-sql --head-office > reading.sql', t('help.example.centralSqlHeadOffice')],
    ['central-sql --head-office --requests > asking.sql', t('help.example.centralSqlRequests')],
  ]);
  command.action((options: CentralSqlCommandOptions) =>
    choose(command, (context) => centralSql(options, context)),
  );
}
