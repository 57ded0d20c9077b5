import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { findConnection } from '../findConnection.ts';
import { renderConnectionTest } from '../render/connectionTest.ts';
import { readSettings } from '../settingsDoor.ts';
import { listenForStop } from '../stopSignals.ts';

/** `connection test`: tries head office or a branch, step by step. */
export async function connectionTest(id: string, context: CliContext): Promise<ExitCode> {
  const connection = findConnection(id, await readSettings(context));
  await using engine = await context.openEngine();
  using signals = listenForStop(process, () => undefined);
  const steps = await engine.testConnection(connection, signals.stop);
  if (signals.stop.aborted) return ExitCode.Interrupted;
  const ok = steps.every((step) => step.ok);
  if (context.json) context.printJson({ connection: id, ok, steps });
  else context.print(renderConnectionTest(id, steps, context.look));
  return ok ? ExitCode.AllWell : ExitCode.SomeFailed;
}
