import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { ConnectionSettings, Settings } from '../../shared/settings.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { nearest } from '../nearest.ts';
import { renderConnectionTest } from '../render/connectionTest.ts';
import { readSettings } from '../settingsDoor.ts';

/** `connection test`: tries head office or a branch, step by step. */
export async function connectionTest(id: string, context: CliContext): Promise<ExitCode> {
  const connection = find(id, await readSettings(context));
  await using engine = await context.openEngine();
  const steps = await engine.testConnection(connection);
  const ok = steps.every((step) => step.ok);
  if (context.json) context.printJson({ connection: id, ok, steps });
  else context.print(renderConnectionTest(id, steps, context.look));
  return ok ? ExitCode.AllWell : ExitCode.SomeFailed;
}

function find(id: string, { connections }: Settings): ConnectionSettings | 'central' {
  if (id === 'central') return 'central';
  const found = connections.find((connection) => connection.id === id);
  if (found) return found;
  const near = nearest(id, ['central', ...connections.map((connection) => connection.id)]);
  throw new UsageError(UsageCode.ConnectionUnknown, {
    connection: id,
    ...(near !== null && { nearest: near }),
  });
}
