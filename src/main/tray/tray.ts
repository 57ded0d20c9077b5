import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron';
import type { TrayCommand, TrayItem, TrayModel, TrayState } from './trayModel.ts';

/** The icon in the tray. */
export interface TrayIcon {
  /** @param model how things stand, made when it is drawn: what changes faster than that costs nothing */
  show(model: () => TrayModel): void;
  destroy(): void;
}

/** Some desktops rebuild the whole menu at each change; a person who is reading it must not lose it. */
const REFRESH_MS = 1000;

/**
 * Puts the icon into the tray.
 *
 * @param command what a click asks for
 * @param onError told why how things stand could not be found out; the icon stays as it is
 */
export function createTray(
  command: (asked: TrayCommand) => void,
  onError: (error: unknown) => void,
): TrayIcon {
  const tray = new Tray(imageOf('idle'));
  let shown = '';
  let latest: (() => TrayModel) | null = null;
  let wanted = false;
  let timer: NodeJS.Timeout | null = null;
  let click: string | null = null;

  const draw = (): void => {
    timer = null;
    if (!wanted || latest === null || tray.isDestroyed()) return;
    wanted = false;
    timer = setTimeout(draw, REFRESH_MS);
    const model = made(latest);
    if (model === null) return;
    const text = JSON.stringify([model, nativeTheme.shouldUseDarkColors]);
    if (text === shown) return;
    shown = text;
    click = model.click;
    tray.setImage(imageOf(model.state));
    tray.setToolTip(model.tooltip);
    tray.setContextMenu(Menu.buildFromTemplate(model.menu.map((item) => toTemplate(item, command))));
  };
  const made = (make: () => TrayModel): TrayModel | null => {
    try {
      return make();
    } catch (error) {
      onError(error);
      return null;
    }
  };
  const want = (): void => {
    wanted = true;
    if (timer === null) draw();
  };

  // On Windows and Linux; on macOS a click opens the menu.
  tray.on('click', () => command({ kind: 'open', batchId: click }));
  nativeTheme.on('updated', want);
  return {
    show: (model) => {
      latest = model;
      want();
    },
    destroy: () => {
      nativeTheme.off('updated', want);
      if (timer !== null) clearTimeout(timer);
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
