import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { findConnection, readSettings } from '../settingsAccess.ts';

/** `connection ssh-host-key`: shows the host key of an endpoint's SSH server, or accepts the one that it shows now. */
export async function connectionSshHostKey(
  id: string,
  options: { readonly accept?: boolean },
  context: CliContext,
): Promise<ExitCode> {
  const settings = await readSettings(context);
  const found = findConnection(id, settings);
  const endpoint = found === 'central' ? settings.central : found;
  const { acceptHostKey, lookAtHostKey } = await import('../../core/probe/sshEndpoint.ts');
  const accept = options.accept === true;
  const view = await (accept ? acceptHostKey : lookAtHostKey)(context.folder, id, endpoint);
  const same = view.pinned === view.offered;
  if (context.json) context.printJson({ connection: id, ...view, accepted: accept });
  else {
    const { t } = context;
    const params = { ...view, pinned: view.pinned ?? t('cli.connection.hostKey.none') };
    const outcome = accept ? 'accepted' : same ? 'same' : view.pinned === null ? 'unknown' : 'changed';
    context.print([
      t('cli.connection.hostKey.offered', params),
      t('cli.connection.hostKey.pinned', params),
      t(`cli.connection.hostKey.${outcome}`, params),
    ]);
  }
  return accept || same ? ExitCode.AllWell : ExitCode.SomeFailed;
}
