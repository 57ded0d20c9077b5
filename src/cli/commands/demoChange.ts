import type { CliContext } from '../context.ts';
import { openDemoSession } from '../demoSession.ts';
import { ExitCode } from '../exitCodes.ts';
import { renderDay } from '../render/demoView.ts';
import type { DemoOptions } from './demo.ts';

/** `demo change`: a day passes at the branch. */
export async function demoChange({ folder }: DemoOptions, context: CliContext): Promise<ExitCode> {
  const { changeDemo, demoStatus } = await import('../../demo/demo.ts');
  const changes = await changeDemo(openDemoSession, folder);
  if (context.json) {
    context.printJson({ changes });
    return ExitCode.AllWell;
  }
  const home = (await demoStatus(folder))?.home ?? context.folder;
  context.print([
    ...renderDay(changes, context.look),
    '',
    `  ${context.look.colors.bold(context.at(home).again('sync-all'))}`,
  ]);
  return ExitCode.AllWell;
}
