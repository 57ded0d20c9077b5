import { DBusError, Variant } from '@jellybrick/dbus-next';
import { type Bus, type Methods, waitFor } from './bus.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const WATCHER_PATH = '/StatusNotifierWatcher';
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

/** The icons in the desktop's tray, as a person sees and clicks them. */
export interface TrayHost {
  /** How many there are. */
  count(): number;
  toolTip(): Promise<string>;
  waitForToolTip(text: string | RegExp): Promise<string>;
  menu(): Promise<readonly TrayMenuItem[]>;
  /** Clicks an item by its label, or path of labels, once it can be clicked. */
  click(...labels: readonly string[]): Promise<void>;
  /** Left-clicks the icon. */
  activate(): Promise<void>;
}

interface Registered {
  readonly service: string;
  readonly path: string;
  readonly owner: string;
}

/** @see https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/ */
export async function serveTray(bus: Bus): Promise<TrayHost> {
  const registered: Registered[] = [];
  const properties = (): Readonly<Record<string, Variant>> => ({
    RegisteredStatusNotifierItems: new Variant(
      'as',
      registered.map(({ service, path }) => service + path),
    ),
    IsStatusNotifierHostRegistered: new Variant('b', true),
    ProtocolVersion: new Variant('i', 0),
  });
  const watcher: Methods = {
    RegisterStatusNotifierHost: () => ['', []],
    // The argument is a bus name, or the path of an object of the sender.
    RegisterStatusNotifierItem: ({ body, sender }) => {
      const given = String((body as readonly unknown[])[0]);
      const owner = sender ?? '';
      const [service, path] = given.startsWith('/') ? [owner, given] : [given, '/StatusNotifierItem'];
      if (!registered.some((one) => one.service === service && one.path === path)) {
        registered.push({ service, path, owner });
        bus.signal(WATCHER_PATH, WATCHER, 'StatusNotifierItemRegistered', 's', [service + path]);
      }
      return ['', []];
    },
  };
  bus.serve(WATCHER_PATH, WATCHER, watcher);
  bus.serve(WATCHER_PATH, PROPERTIES, {
    GetAll: () => ['a{sv}', [properties()]],
    Get: ({ body }) => ['v', [properties()[String((body as readonly unknown[])[1])]]],
  });
  bus.onGone((name) => {
    for (const one of registered.filter(({ service, owner }) => service === name || owner === name))
      registered.splice(registered.indexOf(one), 1);
  });
  await bus.own(WATCHER);
  await bus.own(`org.kde.StatusNotifierHost-${process.pid}`);
  bus.signal(WATCHER_PATH, WATCHER, 'StatusNotifierHostRegistered', '', []);

  const item = (): Promise<Registered> => waitFor('icon in the tray', () => registered.at(-1));
  const read = async (): Promise<{ readonly toolTip: string; readonly menuPath: string } & Registered> => {
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
    count: () => registered.length,
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

/** What was clicked may have been Quit: then the program ended before it could answer. */
function unlessItQuit(error: unknown): void {
  if (!(error instanceof DBusError) || error.type !== 'org.freedesktop.DBus.Error.NoReply') throw error;
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
