import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { findConnection } from '../findConnection.ts';
import { readSettings } from '../settingsDoor.ts';

export interface CentralSqlCommandOptions {
  readonly connection: string;
  readonly layout?: 'schema' | 'stamp';
  readonly role?: string;
}

/** `central-sql`: prints what head office runs to give a branch a role of its own. Asks no database. */
export async function centralSql(options: CentralSqlCommandOptions, context: CliContext): Promise<ExitCode> {
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
  const about = { connection: connection.id, database: settings.central.database, role };
  context.print(sql.sqlText(sections, (topic) => t(`cli.centralSql.${topic}`, about).split('\n')));
  return ExitCode.AllWell;
}
