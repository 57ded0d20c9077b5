import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { renderDemoStatus } from '../render/demoView.ts';
import type { DemoOptions } from './demo.ts';

/** `demo status`: whether the demo runs, and where its servers and settings are. */
export async function demoStatusCommand({ folder }: DemoOptions, context: CliContext): Promise<ExitCode> {
  const { demoStatus } = await import('../../demo/demo.ts');
  const state = await demoStatus(folder);
  if (context.json) context.printJson(state ?? { running: false });
  else context.print(renderDemoStatus(state, context));
  return ExitCode.AllWell;
}
