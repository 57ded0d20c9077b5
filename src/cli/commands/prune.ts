import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { renderPruned } from '../render/pruned.ts';

export interface PruneOptions {
  readonly dryRun?: boolean;
}

/** `prune`: removes old batches from the local records, as `retention` in the settings says. */
export async function prune(options: PruneOptions, context: CliContext): Promise<ExitCode> {
  await using engine = await context.openEngine();
  const report = await engine.prune({ dryRun: options.dryRun ?? false });
  if (context.json) context.printJson(report);
  else context.print(renderPruned(report, context.look));
  return ExitCode.AllWell;
}
