import type { Logger } from '../../core/ports.ts';
import type { Service } from '../../service/serviceApi.ts';
import { pauseEnd } from '../../shared/service.ts';
import { TableStatus } from '../../shared/status.ts';
import type { StartAtLogin } from '../desktop/autostartFile.ts';
import { pageOf, type WindowPage } from '../window.ts';
import type { TrayCommand } from './trayModel.ts';

/** What the commands of the tray are done with. */
export interface TrayActions {
  readonly service: Service;
  readonly logger: Logger;
  readonly login: StartAtLogin | null;
  openWindow(page: WindowPage): void;
  quit(): void;
  /** After what no event tells of. */
  refresh(): void;
}

/** Does what a person has clicked. */
export function perform(command: TrayCommand, actions: TrayActions): void {
  const { service } = actions;
  switch (command.kind) {
    case 'run_now':
      settle(service.runNow(), actions);
      return;
    case 'pause':
      service.pause(pauseEnd(command.length, new Date()));
      actions.refresh();
      return;
    case 'unpause':
      service.unpause();
      actions.refresh();
      return;
    case 'resume':
      settle(service.resumeNow(command.batchId), actions);
      return;
    case 'retry':
      settle(service.resumeNow(command.batchId, { tables: failedOf(service, command.batchId) }), actions);
      return;
    case 'open':
      actions.openWindow(pageOf(command.batchId));
      return;
    case 'settings':
      actions.openWindow('/settings');
      return;
    case 'start_at_login':
      actions.login?.set(command.on);
      actions.refresh();
      return;
    case 'quit':
      actions.quit();
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
function settle(run: Promise<unknown>, { logger, openWindow }: TrayActions): void {
  run.catch((error: unknown) => {
    logger.log('warn', 'What was asked for could not be done', { error: String(error) });
    openWindow('/');
  });
}
