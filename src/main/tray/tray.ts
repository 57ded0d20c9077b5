import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron';
import type { Logger } from '../../core/ports.ts';
import { errorFacts } from '../../core/unexpected.ts';
import { coalesce } from './coalesce.ts';
import type { TrayCommand, TrayItem, TrayModel, TrayState } from './trayModel.ts';

/** The icon in the tray. */
export interface TrayIcon {
  /** Something may be other than what it shows: it looks, now or within a second. */
  refresh(): void;
  destroy(): void;
}

/**
 * Some desktops rebuild the whole menu at each change; a person who is reading it must not lose it. And looking
 * asks the journal: 120 tables that end at once are not to ask 120 times.
 */
const REFRESH_MS = 1000;

/**
 * Puts the icon into the tray.
 *
 * @param look what it is to show now
 * @param command what a click asks for
 * @param onError told why how things stand could not be found out; the icon stays as it is
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
    // While something runs the text changes every second, the picture does not.
    if (wanted !== image) tray.setImage(imageOf(model.state));
    image = wanted;
    tray.setToolTip(model.tooltip);
    tray.setContextMenu(Menu.buildFromTemplate(model.menu.map((item) => toTemplate(item, command))));
  };

  /** A journal that cannot be read is told of where something runs; the icon stays as it was. */
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
    case 'line':
      return { label: escaped(item.label), enabled: false };
    case 'command':
      return { label: escaped(item.label), enabled: item.enabled, click: () => command(item.command) };
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

/** A single `&` would underline the letter after it. */
function escaped(label: string): string {
  return label.replaceAll('&', '&&');
}

/** Put beside the bundle by the build. */
const RESOURCES = join(__dirname, 'tray');

function imageOf(state: TrayState): Electron.NativeImage | string {
  const panel = nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
  switch (process.platform) {
    case 'win32':
      return join(RESOURCES, `windows/${state}-${panel}.ico`);
    case 'darwin':
      // By its name macOS knows that it may colour it.
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
