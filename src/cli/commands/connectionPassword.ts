import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { EndpointSettings } from '../../shared/settings.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { findConnection } from '../findConnection.ts';
import { readPassword } from '../readPassword.ts';
import { readSettings } from '../settingsDoor.ts';

/** `connection password`: stores the password of head office or of a branch, or forgets it. */
export async function connectionPassword(
  id: string,
  options: { readonly remove?: boolean },
  context: CliContext,
): Promise<ExitCode> {
  const settings = await readSettings(context);
  const found = findConnection(id, settings);
  const endpoint = found === 'central' ? settings.central : found;
  const { PasswordStore } = await import('../../core/secrets/passwordStore.ts');
  const store = new PasswordStore(context.folder);
  const { t } = context;
  if (options.remove) {
    const removed = await store.remove(endpoint);
    if (context.json) context.printJson({ connection: id, removed });
    else context.print([t(`cli.connection.password.${removed ? 'removed' : 'nothing'}`, { connection: id })]);
    return ExitCode.AllWell;
  }
  refuseUseless(id, endpoint);
  const { user, host, port, database } = endpoint;
  const account = `${user}@${host}:${port}/${database}`;
  const password = await readPassword(context.world, t('cli.connection.password.prompt', { account }));
  if (password === null) return ExitCode.Interrupted;
  const { place, trouble } = await store.set(endpoint, password);
  const reason = trouble?.message ?? '';
  if (context.json) context.printJson({ connection: id, place, reason: trouble === null ? null : reason });
  else
    context.print([
      t(`cli.connection.password.${place}`, { connection: id, folder: context.folder, reason }),
    ]);
  return ExitCode.AllWell;
}

/** What the settings name comes first: a stored password would never be used, and nobody would know why. */
function refuseUseless(connection: string, { password, passfile }: EndpointSettings): void {
  const where = password ?? passfile;
  if (where !== undefined) throw new UsageError(UsageCode.PasswordNamed, { connection, where });
}
