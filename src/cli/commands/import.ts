import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatDateTime } from '../../shared/format.ts';
import { BatchStatus, BatchTrigger } from '../../shared/status.ts';
import { type CliContext, pathWord } from '../context.ts';
import { ExitCode, exitCodeOfBatch } from '../exitCodes.ts';
import { withExamples } from '../optionValues.ts';
import { readPassphrase } from '../passphrase.ts';
import type { Declaring } from '../program.ts';
import { runShown } from '../progress/reporter.ts';
import { type BatchWithTables, renderBatch } from '../render/batchView.ts';
import { listenForStop } from '../stopSignals.ts';

interface ImportOptions {
  readonly connection?: string;
  readonly passphraseFile?: string;
  readonly wait?: boolean;
  readonly verbose?: boolean;
}

/** `import`: loads what a branch has exported into head office. */
async function importTables(name: string, options: ImportOptions, context: CliContext): Promise<ExitCode> {
  const { connection, passphraseFile, verbose = false } = options;
  await using engine = await context.openEngine();
  const passphrase = await readPassphrase(context, passphraseFile, false);
  if (passphrase === null) return ExitCode.Interrupted;
  using signals = listenForStop(process, () => undefined);
  const request = { trigger: BatchTrigger.Cli, file: resolve(name), passphrase };
  const batch = await runShown(
    context,
    engine,
    signals,
    options.wait === true,
    (control) => engine.importFile({ ...request, ...(connection !== undefined && { connection }) }, control),
    verbose,
  );
  const result = engine.batch(batch.batch_id);
  if (context.json) context.printJson(result);
  else context.print(['', ...renderImport(result, name, options, context)]);
  return exitCodeOfBatch(batch.status);
}

function renderImport(
  result: BatchWithTables,
  name: string,
  { passphraseFile, verbose = false }: ImportOptions,
  context: CliContext,
): readonly string[] {
  const { t, look, world } = context;
  const word = (path: string): string => pathWord(path, world.platform);
  const from = passphraseFile === undefined ? '' : ` --passphrase-file ${word(passphraseFile)}`;
  // A batch whose source is a file is continued with the file, and not by its id.
  const again = context.again(`import ${word(name)}${from}`);
  const lines = renderBatch(result, look, again, new Date(), verbose);
  if (result.batch.status !== BatchStatus.Completed) return [...lines, '', t('cli.disk.again')];
  const times = result.tables.flatMap((one) => one.source_snapshot_at ?? []).sort();
  const at = times[0] === undefined ? '?' : formatDateTime(times[0], t.language);
  return [...lines, '', t('cli.disk.imported', { at })];
}

export function declareImport(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('import')
    .description(t('help.command.import'))
    .argument('<FILE>', t('help.argument.exported'))
    .option('--connection <ID>', t('help.option.importConnection'))
    .option('--passphrase-file <FILE>', t('help.option.passphraseFile'))
    .option('--verbose', t('help.option.verbose'))
    .option('--wait', t('help.option.wait'));
  json(command, t('help.option.jsonRun'));
  withExamples(command, t, [['import /media/stick/lampung.export', t('help.example.import')]]);
  command.action((file: string, options: ImportOptions) =>
    choose(command, (context) => importTables(file, options, context)),
  );
}
