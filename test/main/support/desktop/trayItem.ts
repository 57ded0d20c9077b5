import { DBusError, Variant } from '@jellybrick/dbus-next';
import { type Bus, waitFor } from './bus.ts';

const ITEM = 'org.kde.StatusNotifierItem';
const MENU = 'com.canonical.dbusmenu';
const PROPERTIES = 'org.freedesktop.DBus.Properties';

export interface TrayMenuItem {
  readonly id: number;
  readonly label: string;
  readonly separator: boolean;
  readonly enabled: boolean;
  readonly items: readonly TrayMenuItem[];
}

/** An icon in a tray, as a person sees and clicks it. */
export interface TrayItem {
  toolTip(): Promise<string>;
  waitForToolTip(text: string | RegExp): Promise<string>;
  menu(): Promise<readonly TrayMenuItem[]>;
  /** Clicks an item by its label, or path of labels, once it can be clicked. */
  click(...labels: readonly string[]): Promise<void>;
  /** Left-clicks the icon. */
  activate(): Promise<void>;
}

/** Where an icon is on its bus. */
export interface ItemAddress {
  readonly service: string;
  readonly path: string;
}

/**
 * Looks at an icon and clicks it over the bus, as the panels of desktops do.
 *
 * @param item the icon, once there is one
 * @see https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
 */
export function trayItem(bus: Bus, item: () => Promise<ItemAddress>): TrayItem {
  const read = async (): Promise<{ readonly toolTip: string; readonly menuPath: string } & ItemAddress> => {
    const found = await item();
    const [all] = await bus.call(found.service, found.path, PROPERTIES, 'GetAll', 's', [ITEM]);
    const { ToolTip, Menu } = all as { readonly ToolTip?: readonly unknown[]; readonly Menu?: string };
    return { ...found, toolTip: String(ToolTip?.[2] ?? ''), menuPath: Menu ?? '' };
  };
  const menu = async (): Promise<readonly TrayMenuItem[]> => {
    const { service, menuPath } = await read();
    if (!menuPath.startsWith('/') || menuPath === '/NO_DBUSMENU') return [];
    const [, root] = await bus.call(service, menuPath, MENU, 'GetLayout', 'iias', [0, -1, []]);
    return toItem(root as Layout).items;
  };
  return {
    toolTip: async () => (await read()).toolTip,
    waitForToolTip: async (text) => {
      let seen = '';
      return waitFor(`tool tip ${text}`, async () => {
        seen = (await read()).toolTip;
        return (typeof text === 'string' ? seen.includes(text) : text.test(seen)) ? seen : undefined;
      }).catch((error: unknown) => {
        throw new Error(`${error}; it is "${seen}"`);
      });
    },
    menu,
    click: async (...labels) => {
      let seen: readonly TrayMenuItem[] = [];
      const id = await waitFor(`menu item ${labels.join(' > ')}`, async () => {
        seen = await menu();
        return find(seen, labels)?.id;
      }).catch((error: unknown) => {
        throw new Error(`${error}; the menu is: ${JSON.stringify(seen)}`);
      });
      const { service, menuPath } = await read();
      const data = new Variant('i', 0);
      await bus.call(service, menuPath, MENU, 'Event', 'isvu', [id, 'clicked', data, 0]).catch(unlessItQuit);
    },
    activate: async () => {
      const { service, path } = await item();
      await bus.call(service, path, ITEM, 'Activate', 'ii', [0, 0]);
    },
  };
}

function find(
  items: readonly TrayMenuItem[],
  [label, ...below]: readonly string[],
): TrayMenuItem | undefined {
  const found = items.find((one) => one.enabled && one.label === label);
  return below.length === 0 || found === undefined ? found : find(found.items, below);
}

type Layout = readonly [
  id: number,
  properties: Readonly<Record<string, unknown>>,
  children: readonly Layout[],
];

/** In labels a single underscore marks the access key, and two stand for one. */
function toItem([id, properties, children]: Layout): TrayMenuItem {
  return {
    id,
    label: String(properties.label ?? '').replace(/_(_?)/g, '$1'),
    separator: properties.type === 'separator',
    enabled: properties.enabled !== false,
    items: children.filter(([, { visible }]) => visible !== false).map(toItem),
  };
}

/** What was clicked may have been Quit: then the program ended before it could answer. */
function unlessItQuit(error: unknown): void {
  if (!(error instanceof DBusError) || error.type !== 'org.freedesktop.DBus.Error.NoReply') throw error;
}
