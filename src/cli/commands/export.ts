import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ExportReport } from '../../core/export/exportConnection.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { LEAST_PART_BYTES, partName, progressName } from '../../shared/exportParts.ts';
import { formatBytes, formatCount } from '../../shared/format.ts';
import { BatchTrigger } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { type CliContext, pathWord } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import { readPassphrase } from '../passphrase.ts';
import type { Declaring } from '../program.ts';
import { runShown } from '../progress/reporter.ts';
import { listenForStop } from '../stopSignals.ts';

interface ExportOptions {
  readonly connection: string;
  readonly to: string;
  readonly tables?: readonly string[];
  readonly partSize?: number;
  readonly passphraseFile?: string;
  readonly wait?: boolean;
}

/** `export`: writes a branch's tables into a file, for a first load without the link. */
async function exportTables(options: ExportOptions, context: CliContext): Promise<ExitCode> {
  const file = resolve(options.to);
  await using engine = await context.openEngine();
  // An unfinished export has its passphrase already, so a mistyped one is refused without asking twice.
  const passphrase = await readPassphrase(context, options.passphraseFile, !existsSync(progressName(file)));
  if (passphrase === null) return ExitCode.Interrupted;
  using signals = listenForStop(process, () => undefined);
  const { connection, tables, partSize } = options;
  const report = await runShown(context, engine, signals, options.wait === true, (control) =>
    engine.exportConnection(
      {
        ...{ trigger: BatchTrigger.Cli, connection, file, passphrase },
        ...(tables && { tables }),
        ...(partSize !== undefined && { partBytes: partSize }),
      },
      control,
    ),
  );
  if (context.json) context.printJson({ export: report });
  else context.print(['', ...renderExport(report, options, context)]);
  if (report.complete) return ExitCode.AllWell;
  return report.failed.length > 0 ? ExitCode.SomeFailed : ExitCode.Interrupted;
}

function renderExport(report: ExportReport, options: ExportOptions, context: CliContext): readonly string[] {
  const { t, look } = context;
  const { file, parts } = report;
  const command = (args: string): string => `  ${look.colors.bold(args)}`;
  if (report.complete)
    return [
      t('cli.disk.written', {
        count: report.tables,
        rows: formatCount(report.rows, t.language),
        bytes: formatBytes(report.bytes, t.language),
        file,
      }),
      t('cli.disk.parts', { count: parts, file: basename(file), last: basename(partName(file, parts)) }),
      t('cli.disk.next'),
      command(`branchline import ${pathWord(basename(file), context.world.platform)}`),
    ];
  const again = command(context.again(argumentsOf(options, context)));
  const count = report.failed.length;
  if (count === 0) return [t('cli.disk.stopped', { file }), t('cli.disk.goOn'), again];
  return [
    ...renderFailed(report, context),
    '',
    t('cli.disk.failed', { count, file }),
    t('cli.disk.goOn'),
    again,
    t('cli.disk.leaveOut'),
  ];
}

function renderFailed({ failed }: ExportReport, { t }: CliContext): readonly string[] {
  return failed.flatMap(({ connection, table, failure }) => {
    if (failure === null) return [];
    const { sentence, next } = t.failure({ ...failure, params: { connection, table, ...failure.params } });
    return [`${table}: ${sentence}`, ...next.split('\n').map((line) => `  ${line}`)];
  });
}

function argumentsOf({ connection, to, passphraseFile }: ExportOptions, { world }: CliContext): string {
  const word = (path: string): string => pathWord(path, world.platform);
  const from = passphraseFile === undefined ? '' : ` --passphrase-file ${word(passphraseFile)}`;
  return `export --connection ${connection} --to ${word(to)}${from}`;
}

export function declareExport(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('export')
    .description(t('help.command.export'))
    .requiredOption('--connection <ID>', t('help.option.exportConnection'))
    .requiredOption('--to <FILE>', t('help.option.exportTo'))
    .option('--tables <A,B>', t('help.option.tables'), optionValues(t).list)
    .option('--part-size <SIZE>', t('help.option.partSize'), (text: string) => partSize(text, t))
    .option('--passphrase-file <FILE>', t('help.option.passphraseFile'))
    .option('--wait', t('help.option.wait'));
  json(command, t('help.option.jsonExport'));
  withExamples(command, t, [
    ['export --connection pgsql_lmp --to /media/stick/lampung.export', t('help.example.export')],
    [
      'export --connection pgsql_lmp --to /media/stick/lampung.export --part-size 700MB',
      t('help.example.exportParts'),
    ],
  ]);
  command.action((options: ExportOptions) => choose(command, (context) => exportTables(options, context)));
}

const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MIB: 2 ** 20, GIB: 2 ** 30 };

function partSize(text: string, t: Translate): number {
  const [, number = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?) ?([MG]i?B)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toUpperCase()] ?? 0));
  if (bytes >= LEAST_PART_BYTES || bytes >= 8e6) return Math.max(bytes, LEAST_PART_BYTES);
  throw new UsageError(UsageCode.OptionInvalid, { option: '--part-size', reason: t('cli.disk.partSize') });
}
