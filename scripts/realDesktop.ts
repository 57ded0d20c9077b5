import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Bus, openBus, waitFor } from '../test/main/support/desktop/bus.ts';
import { type ItemAddress, type TrayItem, trayItem } from '../test/main/support/desktop/trayItem.ts';

const run = promisify(execFile);
const WATCHER = 'org.kde.StatusNotifierWatcher';

/** A part of the screen, in pixels. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A realistic desktop on this display: a panel with tray icons, and pop-up notifications. */
export interface RealDesktop extends AsyncDisposable {
  readonly busAddress: string;
  readonly tray: TrayItem;
  /** Takes a picture of the icon with its menu open. */
  menuPicture(file: string): Promise<void>;
  /** Takes a picture of the notification that is shown. */
  notificationPicture(file: string): Promise<void>;
}

/** A panel with only tray icons and the time, at the bottom right, as on an office computer. */
const PANEL = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=4;x=0;y=0"/>
      <property name="length" type="uint" value="1"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
    <property name="plugin-2" type="string" value="clock">
      <property name="digital-layout" type="uint" value="3"/>
      <property name="digital-time-format" type="string" value="%H:%M"/>
    </property>
  </property>
</channel>
`;

const DUNST = `[global]
  font = Sans 11
  width = 420
  height = 200
  origin = top-right
  offset = 10x10
  frame_width = 1
  frame_color = "#8c959f"
  markup = full
  format = "<b>%s</b>\\n%b"
  timeout = 0
  idle_threshold = 0
  show_indicators = no
  padding = 12
  horizontal_padding = 12
[urgency_normal]
  background = "#ffffff"
  foreground = "#24292f"
  timeout = 0
`;

/** Starts the desktop on its own session bus and on the existing display (`xvfb-run`). */
export async function startRealDesktop(): Promise<RealDesktop> {
  if (!process.env.DISPLAY) throw new Error('There is no display: run this under xvfb-run.');
  const config = mkdtempSync(join(tmpdir(), 'branchline-desktop-'));
  const channels = join(config, 'xfce4/xfconf/xfce-perchannel-xml');
  mkdirSync(channels, { recursive: true });
  writeFileSync(join(channels, 'xfce4-panel.xml'), PANEL);
  writeFileSync(join(config, 'dunstrc'), DUNST);
  // Also for the bus, which starts the service that reads the panel's configuration.
  const env = { ...process.env, XDG_CONFIG_HOME: config, GTK_THEME: 'Adwaita' };
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [busAddress] = (await once(createInterface(daemon.stdout), 'line')) as [string];
  const begin = (name: string, ...args: readonly string[]): ChildProcess =>
    spawn(name, args, { env: { ...env, DBUS_SESSION_BUS_ADDRESS: busAddress }, stdio: 'ignore' });
  const programs = [begin('openbox'), begin('xfce4-panel'), begin('dunst', '-conf', join(config, 'dunstrc'))];
  const bus = await openBus(busAddress);
  await waitFor('panel', async () => ((await isOwned(bus, WATCHER)) ? true : undefined));
  await run('xsetroot', ['-solid', '#d0d7de']);
  return {
    busAddress,
    tray: trayItem(bus, () => waitFor('icon in the panel', () => newestItem(bus))),
    menuPicture,
    notificationPicture: (file) => picture(file, async () => (await windows('dunst')).at(-1)),
    [Symbol.asyncDispose]: async () => {
      await bus.close();
      await Promise.all([...programs, daemon].map(end));
      rmSync(config, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function menuPicture(file: string): Promise<void> {
  const panel = await waitFor('panel on the screen', async () => (await windows('xfce4-panel')).at(0));
  const before = await windows('');
  await run('xdotool', ['mousemove', String(panel.x + 16), String(panel.y + 16), 'click', '3']);
  await picture(file, async () => {
    const known = before.map(sameness);
    const menu = (await windows('')).find((one) => !known.includes(sameness(one)) && one.height > 100);
    return menu === undefined ? undefined : around(menu, panel);
  });
  await run('xdotool', ['key', 'Escape']);
}

async function picture(file: string, find: () => Promise<Place | undefined>): Promise<void> {
  const place = await waitFor('window to take a picture of', find);
  const { x, y, width, height } = place;
  await run('import', [
    '-window',
    'root',
    '-crop',
    `${width}x${height}+${x}+${y}`,
    '+repage',
    '-strip',
    file,
  ]);
}

function around(a: Place, b: Place): Place {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

const sameness = (place: Place): string => JSON.stringify(place);

/** Positions of visible windows whose class contains a text. */
async function windows(text: string): Promise<readonly Place[]> {
  const found = await run('xdotool', ['search', '--onlyvisible', '--class', text]).catch(() => ({
    stdout: '',
  }));
  const ids = found.stdout.split('\n').filter((id) => id !== '');
  const places = await Promise.all(
    ids.map(async (id): Promise<Place | null> => {
      const shown = await run('xdotool', ['getwindowgeometry', '--shell', id]).catch(() => null);
      if (shown === null) return null;
      const value = (name: string): number =>
        Number(new RegExp(`^${name}=(-?\\d+)$`, 'm').exec(shown.stdout)?.[1] ?? 0);
      return { x: value('X'), y: value('Y'), width: value('WIDTH'), height: value('HEIGHT') };
    }),
  );
  return places.filter((place) => place !== null);
}

async function isOwned(bus: Bus, name: string): Promise<boolean> {
  const [owned] = await bus.call(
    'org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus',
    'NameHasOwner',
    's',
    [name],
  );
  return owned === true;
}

async function newestItem(bus: Bus): Promise<ItemAddress | undefined> {
  const [items] = await bus.call(
    WATCHER,
    '/StatusNotifierWatcher',
    'org.freedesktop.DBus.Properties',
    'Get',
    'ss',
    [WATCHER, 'RegisteredStatusNotifierItems'],
  );
  const last = (items as readonly string[]).at(-1);
  if (last === undefined) return undefined;
  const at = last.indexOf('/');
  return { service: last.slice(0, at), path: last.slice(at) };
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = once(program, 'exit');
  program.kill();
  await gone;
}
