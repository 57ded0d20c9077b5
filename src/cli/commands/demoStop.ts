import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import type { DemoOptions } from './demo.ts';

/** `demo stop`: ends the servers and removes their folder. */
export async function demoStop({ folder }: DemoOptions, context: CliContext): Promise<ExitCode> {
  const { stopDemo } = await import('../../demo/demo.ts');
  await stopDemo(folder);
  if (context.json) context.printJson({ running: false });
  else context.print([context.t('cli.demo.removed')]);
  return ExitCode.AllWell;
}
