import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { openDemoSession } from '../src/cli/servedDemo.ts';
import { ADMIN, type Demo, SOURCE_DATABASE, startDemo, stopDemo } from '../src/demo/demo.ts';
import { passwordFor, SOURCE_ROLE, withSession } from '../src/demo/endpoint.ts';
import type { Language } from '../src/shared/texts/language.ts';
import { createTranslator } from '../src/shared/texts/translate.ts';
import { buildApp, commandLine } from '../test/main/support/electron.ts';
import { type FaultProxy, startProxy } from '../test/support/proxy.ts';
import { type RealDesktop, startRealDesktop } from './realDesktop.ts';

/**
 * Takes the pictures of the tray in `docs/images`: the application with the demo's databases, on a real
 * desktop. It needs Debian packages that nothing else here does, and a test runtime:
 *
 *     apt-get install xvfb dbus openbox xfce4-panel dunst imagemagick xdotool x11-xserver-utils
 *     BRANCHLINE_TEST_ELECTRON=… xvfb-run -a -s '-screen 0 1280x800x24' npm run screenshots:tray
 *
 * Look at the pictures before you commit them.
 */
const IMAGES = new URL('../docs/images/', import.meta.url).pathname;
const LANGUAGES: readonly Language[] = ['en', 'id'];
/** Enough rows that a slow link shows progress. */
const SCALE = 0.05;
const SLOW_MS = 15;
const FAILING = 'c_invoice';

// The time zone of the demo's branch, also for the panel's clock.
process.env.TZ = 'Asia/Jakarta';
const remove = await buildApp();
try {
  mkdirSync(IMAGES, { recursive: true });
  for (const language of LANGUAGES) await picturesIn(language);
} finally {
  remove();
}

async function picturesIn(language: Language): Promise<void> {
  await using desktop = await startRealDesktop();
  // Not inside a private folder: if root runs this, the servers run as another user.
  const folder = join(tmpdir(), `branchline-pictures-${process.pid}`);
  const demo = await startDemo({ folder, scale: SCALE, openSession: openDemoSession });
  try {
    await using link = await startProxy({ host: '127.0.0.1', port: demo.central?.port ?? 0, password: '' });
    setUp(demo.home, language, link);
    const app = await _electron.launch(commandLine({ folder: demo.home, desktop, hidden: true }));
    try {
      await picturesOf(demo, language, desktop, link);
    } finally {
      await quit(app);
    }
  } finally {
    await stopDemo(folder);
  }
}

/** Pictures of the states in turn: running, up to date, then a failed table and its notification. */
async function picturesOf(
  demo: Demo,
  language: Language,
  { tray, menuPicture, notificationPicture }: RealDesktop,
  link: FaultProxy,
): Promise<void> {
  const t = createTranslator(language);
  const file = (what: string): string => join(IMAGES, `${what}-${language}.png`);
  await tray.waitForToolTip(t('tray.nothingYet'));
  link.latencyMs = SLOW_MS;
  await tray.click(t('tray.runNow'));
  await tray.waitForToolTip(/[2-9]\d%/);
  await menuPicture(file('tray-running'));
  link.latencyMs = 0;

  await tray.waitForToolTip(t('tray.upToDate', { time: '' }));
  await menuPicture(file('tray-up-to-date'));

  await atBranch(demo, `REVOKE SELECT ON adempiere.${FAILING} FROM ${SOURCE_ROLE}`);
  await tray.click(t('tray.runNow'));
  await tray.waitForToolTip(t('tray.failed', { count: 1, names: FAILING }));
  await notificationPicture(file('notification'));
  await menuPicture(file('tray-attention'));
}

/** The demo's settings, with head office behind the link, and a schedule for the menu to show. */
function setUp(home: string, language: Language, { port }: FaultProxy): void {
  const file = join(home, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8')) as { readonly central: object };
  const schedules = [{ id: 'morning', cron: '30 8 * * *', timezone: 'Asia/Jakarta' }];
  const sync = { chunkRows: 500, parallelTables: 1 };
  const central = { ...settings.central, port };
  writeFileSync(file, JSON.stringify({ ...settings, central, sync, schedules, language }));
  const passfile = join(home, 'pgpass');
  const lines = readFileSync(passfile, 'utf8');
  // The same passwords for the link's port.
  appendFileSync(passfile, lines.replaceAll(/^([^:]+):\d+:/gm, `$1:${port}:`));
}

async function atBranch({ folder, source }: Demo, statement: string): Promise<void> {
  const admin = { host: '127.0.0.1', port: source?.port ?? 0, database: ADMIN, user: ADMIN };
  const password = (await passwordFor(folder, admin)) ?? '';
  const endpoint = { ...admin, database: SOURCE_DATABASE, password };
  await withSession(openDemoSession, endpoint, (execute) => execute(statement));
}

async function quit(app: ElectronApplication): Promise<void> {
  const child = app.process();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
