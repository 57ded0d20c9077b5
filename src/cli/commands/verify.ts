import type { Command } from 'commander';
import { tablesWord } from '../../shared/printedCommands.ts';
import { BatchTrigger } from '../../shared/status.ts';
import {
  isMendable,
  isProved,
  NotComparedReason,
  type VerifyReport,
  type VerifyRow,
} from '../../shared/verify.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { runShown } from '../progress/reporter.ts';
import { renderVerifyReport } from '../render/verifyView.ts';
import { listenForStop } from '../stopSignals.ts';

interface VerifyOptions {
  readonly connection?: readonly string[];
  readonly tables?: readonly string[];
  readonly repair?: boolean;
  readonly allowDeletes?: boolean;
  readonly wait?: boolean;
}

/** `verify`: compares the tables at head office with those at the branch. */
async function verify(options: VerifyOptions, context: CliContext): Promise<ExitCode> {
  const { connection, tables, repair, allowDeletes, wait } = options;
  await using engine = await context.openEngine();
  using signals = listenForStop(process, () => undefined);
  const report = await runShown(context, engine, signals, wait === true, (control) =>
    engine.verify(
      {
        trigger: BatchTrigger.Cli,
        ...(connection && { connections: connection }),
        ...(tables && { tables }),
        ...(repair && { repair }),
        ...(allowDeletes && { allowDeletes }),
      },
      control,
    ),
  );
  if (context.json) context.printJson(report);
  else {
    context.print([
      '',
      ...renderVerifyReport(report, context.look, context.again(repairCommand(report, options))),
    ]);
    if (report.interrupted) context.print(['', context.t('cli.verify.interrupted')]);
  }
  return exitCode(report);
}

function exitCode({ tables, interrupted }: VerifyReport): ExitCode {
  if (interrupted) return ExitCode.Interrupted;
  return tables.every(isFine) ? ExitCode.AllWell : ExitCode.SomeFailed;
}

/** A table that is gone from the branch cannot be compared; a sync skips it too. */
function isFine(row: VerifyRow): boolean {
  return isProved(row) || row.reason === NotComparedReason.SourceTableMissing;
}

function repairCommand({ tables }: VerifyReport, { connection }: VerifyOptions): string | null {
  const names = [...new Set(tables.filter(isMendable).map((row) => row.table_name))];
  return repairArguments(connection ?? [], names);
}

/** The arguments that repair these tables; null if a name cannot be typed safely in every shell. */
export function repairArguments(connections: readonly string[], tables: readonly string[]): string | null {
  const verify = verifyArguments(connections, tables);
  return verify === null ? null : `${verify} --repair`;
}

/** The arguments that compare these tables; null if a name cannot be typed safely in every shell. */
export function verifyArguments(connections: readonly string[], tables: readonly string[]): string | null {
  const chosen = connections.map((id) => ` --connection ${id}`).join('');
  if (tables.length === 0) return `verify${chosen}`;
  const typed = tablesWord(tables);
  return typed === null ? null : `verify${chosen} --tables ${typed}`;
}

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
    ['verify --connection pgsql_lmp --tables "CInvoice,c_order"', t('help.example.verifySome')],
    ['verify --tables c_invoice --repair', t('help.example.verifyRepair')],
  ]);
  command.action((options: VerifyOptions) => choose(command, (context) => verify(options, context)));
}
