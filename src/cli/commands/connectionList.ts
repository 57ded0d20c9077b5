import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { renderConnections } from '../render/connectionList.ts';
import { readSettings } from '../settingsDoor.ts';

/** `connection list`: head office and the branches, as the settings have them. */
export async function connectionList(context: CliContext): Promise<ExitCode> {
  const { central, connections } = await readSettings(context);
  if (context.json) context.printJson({ central, connections });
  else context.print(renderConnections(central, connections, context.look));
  return ExitCode.AllWell;
}
