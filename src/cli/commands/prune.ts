import type { Command } from 'commander';
import type { PruneReport } from '../../core/journal/prune.ts';
import { formatBytes, formatCount } from '../../shared/format.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import type { Look } from '../render/marks.ts';

interface PruneOptions {
  readonly dryRun?: boolean;
}

/** `prune`: removes old batches from the local records, as `retention` in the settings says. */
async function prune(options: PruneOptions, context: CliContext): Promise<ExitCode> {
  await using engine = await context.openEngine();
  const report = await engine.prune({ dryRun: options.dryRun ?? false });
  if (context.json) context.printJson(report);
  else context.print(renderPruned(report, context.look));
  return ExitCode.AllWell;
}

/** What was pruned or would be, and the effect on disk space. */
function renderPruned(report: PruneReport, { t }: Look): string[] {
  const { dryRun, tableRuns, logLines } = report;
  const sizes = {
    before: formatBytes(report.bytesBefore, t.language),
    after: formatBytes(report.bytesAfter, t.language),
  };
  if (tableRuns + logLines === 0) return [t('cli.prune.nothing', { size: sizes.after })];
  const counts = {
    batches: formatCount(report.batches, t.language),
    tables: formatCount(tableRuns, t.language),
    lines: formatCount(logLines, t.language),
  };
  return dryRun
    ? [t('cli.prune.wouldRemove', counts), t('cli.prune.sizeWouldBe', sizes)]
    : [t('cli.prune.removed', counts), t('cli.prune.size', sizes)];
}

export function declarePrune(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('prune')
    .description(t('help.command.prune'))
    .option('--dry-run', t('help.option.dryRun'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['prune --dry-run', t('help.example.pruneDryRun')],
    ['prune', t('help.example.prune')],
  ]);
  command.action((options: PruneOptions) => choose(command, (context) => prune(options, context)));
}
