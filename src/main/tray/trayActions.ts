import type { Logger } from '../../core/ports.ts';
import type { Service } from '../../service/serviceApi.ts';
import { pauseEnd } from '../../shared/service.ts';
import { TableStatus } from '../../shared/status.ts';
import type { StartAtLogin } from '../desktop/startAtLogin.ts';
import { pageOf, type WindowPage } from '../window.ts';
import type { TrayCommand } from './trayModel.ts';

/** What the commands of the tray are done with. */
export interface Doers {
  readonly service: Service;
  readonly logger: Logger;
  readonly login: StartAtLogin | null;
  openWindow(page: WindowPage): void;
  quit(): void;
  /** After what no event tells of. */
  refresh(): void;
}

/** Does what a person has clicked. */
export function perform(command: TrayCommand, doers: Doers): void {
  const { service } = doers;
  switch (command.kind) {
    case 'run_now':
      settle(service.runNow(), doers);
      return;
    case 'pause':
      service.pause(pauseEnd(command.length, new Date()));
      doers.refresh();
      return;
    case 'unpause':
      service.unpause();
      doers.refresh();
      return;
    case 'resume':
      settle(service.resumeNow(command.batchId), doers);
      return;
    case 'retry':
      settle(service.resumeNow(command.batchId, { tables: failedOf(service, command.batchId) }), doers);
      return;
    case 'open':
      doers.openWindow(pageOf(command.batchId));
      return;
    case 'settings':
      doers.openWindow('/settings');
      return;
    case 'start_at_login':
      doers.login?.set(command.on);
      doers.refresh();
      return;
    case 'quit':
      doers.quit();
      return;
  }
}

function failedOf(
  service: Service,
  batchId: string,
): readonly { readonly connection: string; readonly table: string }[] {
  const tables = service.engine?.batch(batchId).tables ?? [];
  return tables
    .filter((row) => row.status === TableStatus.Failed)
    .map((row) => ({ connection: row.connection, table: row.table_name }));
}

/** What came of it is in the journal and in the events; here only what kept it from beginning. */
function settle(run: Promise<unknown>, { logger, openWindow }: Doers): void {
  run.catch((error: unknown) => {
    logger.log('warn', 'What was asked for could not be done', { error: String(error) });
    openWindow('/');
  });
}
