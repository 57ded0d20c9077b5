import { Variant } from '@jellybrick/dbus-next';
import { type Bus, type Methods, waitFor } from './bus.ts';
import { type ItemAddress, type TrayItem, trayItem } from './trayItem.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const WATCHER_PATH = '/StatusNotifierWatcher';
const PROPERTIES = 'org.freedesktop.DBus.Properties';

/** The icons in the desktop's tray; looked at and clicked is the newest. */
export interface TrayHost extends TrayItem {
  /** How many there are. */
  count(): number;
}

interface Registered extends ItemAddress {
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

  return {
    count: () => registered.length,
    ...trayItem(bus, () => waitFor('icon in the tray', () => registered.at(-1))),
  };
}
