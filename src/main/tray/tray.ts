import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron';
import type { Logger } from '../../core/ports.ts';
import { errorFacts } from '../../core/unexpected.ts';
import type { Service } from '../../service/serviceApi.ts';
import { pauseEnd } from '../../shared/service.ts';
import { TableStatus } from '../../shared/status.ts';
import type { StartAtLogin } from '../desktop/autostartFile.ts';
import { pageOf, type WindowPage } from '../window.ts';
import { coalesce, type TrayCommand, type TrayItem, type TrayModel, type TrayState } from './trayModel.ts';

/** The tray icon. */
export interface TrayIcon {
  /** Something may have changed: redraws now or within a second. */
  refresh(): void;
  destroy(): void;
}

/**
 * Some desktops rebuild the whole menu at every change, which closes it under a reader. And drawing queries
 * the journal: 120 tables that end at once must not cause 120 queries.
 */
const REFRESH_MS = 1000;

/**
 * Creates the tray icon.
 *
 * @param look the model to show now
 * @param command receives clicks
 * @param logger told if the model cannot be made; the icon then stays as it is
 */
export function createTray(
  look: () => TrayModel,
  command: (asked: TrayCommand) => void,
  logger: Logger,
): TrayIcon {
  const tray = new Tray(imageOf('idle'));
  let shown = '';
  let image = '';
  let click: string | null = null;

  const draw = (): void => {
    if (tray.isDestroyed()) return;
    const model = modelOrNull();
    const text = JSON.stringify([model, nativeTheme.shouldUseDarkColors]);
    if (model === null || text === shown) return;
    shown = text;
    click = model.click;
    const wanted = `${model.state} ${nativeTheme.shouldUseDarkColors}`;
    // During a run the text changes every second, but the image does not.
    if (wanted !== image) tray.setImage(imageOf(model.state));
    image = wanted;
    tray.setToolTip(model.tooltip);
    tray.setContextMenu(Menu.buildFromTemplate(model.menu.map((item) => toTemplate(item, command))));
  };

  /** Null if the journal cannot be read: the icon stays, and the next run reports the error. */
  const modelOrNull = (): TrayModel | null => {
    try {
      return look();
    } catch (error) {
      logger.log('error', 'The icon could not look how things are', errorFacts(error));
      return null;
    }
  };

  const drawing = coalesce(REFRESH_MS, draw);
  // On Windows and Linux; on macOS a click opens the menu.
  tray.on('click', () => command({ kind: 'open', batchId: click }));
  nativeTheme.on('updated', drawing.ask);
  return {
    refresh: drawing.ask,
    destroy: () => {
      nativeTheme.off('updated', drawing.ask);
      drawing.cancel();
      tray.destroy();
    },
  };
}

function toTemplate(item: TrayItem, command: (asked: TrayCommand) => void): MenuItemConstructorOptions {
  switch (item.type) {
    case 'separator':
      return { type: 'separator' };
    case 'command':
      return { label: escaped(item.label), click: () => command(item.command) };
    case 'checkbox':
      return {
        type: 'checkbox',
        label: escaped(item.label),
        checked: item.checked,
        click: () => command(item.command),
      };
    case 'submenu':
      return { label: escaped(item.label), submenu: item.items.map((one) => toTemplate(one, command)) };
  }
}

/** A single `&` would underline the next letter. */
function escaped(label: string): string {
  return label.replaceAll('&', '&&');
}

/** The build copies these files next to the bundle. */
const RESOURCES = join(__dirname, 'tray');

function imageOf(state: TrayState): Electron.NativeImage | string {
  const panel = nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
  switch (process.platform) {
    case 'win32':
      return join(RESOURCES, `windows/${state}-${panel}.ico`);
    case 'darwin':
      // macOS recolours images whose name ends in `Template`.
      return join(RESOURCES, `mac/${state}Template.png`);
    default: {
      const image = nativeImage.createFromPath(join(RESOURCES, `linux/${state}-${panel}-24.png`));
      image.addRepresentation({
        scaleFactor: 2,
        buffer: nativeImage.createFromPath(join(RESOURCES, `linux/${state}-${panel}-48.png`)).toPNG(),
      });
      return image;
    }
  }
}

/** What the tray's commands act on. */
interface TrayActions {
  readonly service: Service;
  readonly logger: Logger;
  readonly login: StartAtLogin | null;
  openWindow(page: WindowPage): void;
  quit(): void;
  /** Redraws the tray after a change that no event reports. */
  refresh(): void;
}

/** Carries out a clicked command. */
export function perform(command: TrayCommand, actions: TrayActions): void {
  const { service } = actions;
  switch (command.kind) {
    case 'run_now':
      settle(service.runNow(), actions);
      return;
    case 'stop_run':
      service.stopRun();
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

/** The run's result is in the journal and events. This handles only runs that could not begin. */
function settle(run: Promise<unknown>, { logger, openWindow }: TrayActions): void {
  run.catch((error: unknown) => {
    logger.log('warn', 'What was asked for could not be done', { error: String(error) });
    openWindow('/');
  });
}
