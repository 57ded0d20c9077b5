import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { type Agent, startAgent } from '../src/agent/agent.ts';
import { startHeadOffice } from '../src/agent/headOffice.ts';
import { openDemoSession } from '../src/cli/servedDemo.ts';
import { openEngine } from '../src/core/engine.ts';
import { systemPorts } from '../src/core/ports.ts';
import { loadSettings } from '../src/core/settings/load.ts';
import {
  CENTRAL_DATABASE,
  type Demo,
  type DemoServer,
  SOURCE_DATABASE,
  startDemo,
  stopDemo,
} from '../src/demo/demo.ts';
import { CENTRAL_ROLE, lendSettings, PASSFILE, passwordFor, SOURCE_ROLE } from '../src/demo/endpoint.ts';
import type { SettingsFile } from '../src/shared/settings.ts';
import type { Language } from '../src/shared/texts/language.ts';
import { chromiumToRun } from '../test/support/chromium.ts';
import { startProxy } from '../test/support/proxy.ts';
import { buildWindow, WINDOW_FOLDER } from '../test/window/support/build.ts';
import { madeUpBranches } from '../test/window/support/headOffice.ts';
import { startOnlooker } from '../test/window/support/onlooker.ts';
import { livePast } from '../test/window/support/past.ts';
import { askedSights } from '../test/window/support/sights/asked.ts';
import { channelSights } from '../test/window/support/sights/channels.ts';
import { doctorSights } from '../test/window/support/sights/doctor.ts';
import { firstSights, type SignIn } from '../test/window/support/sights/first.ts';
import { nowSights } from '../test/window/support/sights/now.ts';
import { officeSights } from '../test/window/support/sights/office.ts';
import { pastSights } from '../test/window/support/sights/past.ts';
import { addSchedules } from '../test/window/support/sights/schedules.ts';
import { type Stage, stageOf } from '../test/window/support/sights/stage.ts';

/**
 * Takes pictures of every screen of the window, with the demo's databases and an invented history, in
 * `out/screenshots/LANGUAGE/NAME-SCHEME-WIDTH.png`. Look at them one by one; the best are copied to
 * `docs/images/window-*.png`.
 *
 *     npm run screenshots [en|id] [branch|first|asked|office]
 */
const OUT = resolve('out/screenshots');
const SIZES = [
  { width: 1024, height: 700 },
  { width: 1920, height: 1080 },
] as const;
const SCALE = 0.05;
/** Longer than the half minute after which a silent database is asked again. */
const PATIENCE_MS = 90_000;

/** Nothing is sent there: what is due at night waits. */
const CHANNELS = {
  desktop: false,
  email: {
    host: 'mail.hq.example',
    user: 'branchline',
    from: 'branchline@hq.example',
    to: ['it@hq.example', 'operations@hq.example'],
    enabled: false,
  },
  webhook: { url: 'https://chat.hq.example/hooks/T0B0', events: ['digest'] },
  telegram: { chatId: -1001234567890, token: '${BOT_TOKEN}', events: ['digest'] },
};

const PARTS = ['branch', 'first', 'asked', 'office'] as const;
const BRANCHES = 1000;

// The time zone of the demo's branch.
process.env.TZ = 'Asia/Jakarta';
const languages = chosen(['en', 'id'] as const);
const parts = chosen(PARTS);
rmSync(OUT, { recursive: true, force: true });
const remove = await buildWindow();
const browser = await chromium.launch(await chromiumToRun());
try {
  for (const language of languages) await picturesIn(language, browser);
} finally {
  await browser.close();
  remove();
}

/** Those that the command names; all where it names none. */
function chosen<T extends string>(all: readonly T[]): readonly T[] {
  const named = all.filter((one) => process.argv.includes(one));
  return named.length === 0 ? all : named;
}

async function picturesIn(language: Language, browser: Browser): Promise<void> {
  mkdirSync(join(OUT, language), { recursive: true });
  // Not inside a private folder: if root runs this, the servers run as another user.
  const folder = join(tmpdir(), `branchline-pictures-${process.pid}`);
  const demo = await startDemo({ folder, scale: SCALE, openSession: openDemoSession });
  try {
    // Before the branch's own settings go through a slow link.
    const asked = await lent(demo, 'asked');
    const office = await lent(demo, 'office');
    if (parts.includes('branch')) await ofBranch(demo, language, browser);
    if (parts.includes('first')) await ofFirstRun(demo, language, browser);
    if (parts.includes('asked') || parts.includes('office')) await runAsked(asked);
    if (parts.includes('asked'))
      await withWindow(asked, language, browser, async (stage) => {
        await askedSights(stage);
        await channelSights(stage);
      });
    if (parts.includes('office')) await ofOffice(demo, office, language, browser);
  } finally {
    await stopDemo(folder);
  }
}

async function ofBranch(demo: Demo, language: Language, browser: Browser): Promise<void> {
  const { home } = demo;
  await using link = await startProxy({ host: '127.0.0.1', port: serverOf(demo.central).port, password: '' });
  addSchedules(home, language);
  throughLink(home, link.port);
  livePast(home, 'pgsql_lmp');
  await withWindow(home, language, browser, async (stage, agent) => {
    await pastSights(stage);
    await doctorSights(stage);
    await nowSights(stage, {
      folder: home,
      link,
      stopAgent: () => agent.stop(),
      startOnlooker: () => startOnlooker(home, Number(new URL(agent.url).port), language),
    });
  });
}

/** Uses its own data folder, with the same servers. */
async function ofFirstRun(demo: Demo, language: Language, browser: Browser): Promise<void> {
  const folder = join(demo.folder, 'first');
  mkdirSync(folder);
  const signIn = async (server: DemoServer | null, database: string, user: string): Promise<SignIn> => {
    const place = { host: '127.0.0.1', port: serverOf(server).port, database, user };
    return { ...place, password: (await passwordFor(demo.folder, place)) ?? '' };
  };
  const central = await signIn(demo.central, CENTRAL_DATABASE, CENTRAL_ROLE);
  const branch = await signIn(demo.source, SOURCE_DATABASE, SOURCE_ROLE);
  await withWindow(folder, language, browser, (stage) => firstSights(stage, central, branch));
}

/** A data folder of its own with the demo's settings. */
async function lent(demo: Demo, name: string): Promise<string> {
  const folder = join(demo.folder, name);
  mkdirSync(folder);
  await lendSettings(demo, folder);
  return folder;
}

function changeSettings(folder: string, change: (settings: SettingsFile) => object): void {
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8'))), null, 2));
}

/** A batch that head office has asked for, and after which a hook fails, in settings with all channels. */
async function runAsked(folder: string): Promise<void> {
  changeSettings(folder, ({ central, connections }) => ({
    central,
    connections: connections.map((one) => ({ ...one, id: 'pgsql_mtr', label: 'Metro', tables: ['ad_org'] })),
    hooks: { afterBatch: [{ name: 'reports', sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY reports.sales' }] },
    notifications: CHANNELS,
  }));
  await using engine = openEngine(systemPorts({ log: () => undefined }), {
    folder,
    settings: loadSettings(folder, 'en'),
  });
  await engine.syncAll({ trigger: 'agent', askedBy: { by: 'Sari Wulandari', request: 'pictures' } });
}

async function ofOffice(demo: Demo, folder: string, language: Language, browser: Browser): Promise<void> {
  const { host, port } = serverOf(demo.central);
  // The branch's role has made head office's tables, and owns them.
  const owner = { host, port, database: CENTRAL_DATABASE, user: CENTRAL_ROLE };
  const session = await openDemoSession({
    ...owner,
    password: (await passwordFor(demo.folder, owner)) ?? '',
  });
  for (const statement of madeUpBranches(BRANCHES)) await session.execute(statement);
  await session.close();
  changeSettings(folder, ({ central }) => ({ central, language }));
  const agent = await startHeadOffice(systemPorts({ log: () => undefined }), {
    folder,
    windowFolder: WINDOW_FOLDER,
    port: null,
    version: '0.1.0',
    systemLanguages: [language],
  });
  await inWindow(agent, language, browser, officeSights);
}

async function withWindow(
  folder: string,
  language: Language,
  browser: Browser,
  work: (stage: Stage, agent: Agent) => Promise<void>,
): Promise<void> {
  const agent = await startAgent(systemPorts({ log: () => undefined }), {
    folder,
    windowFolder: WINDOW_FOLDER,
    port: null,
    language,
    version: '0.1.0',
    systemLanguages: [language],
    startDemo: () => Promise.reject(new Error('The pictures have databases of their own.')),
  });
  await inWindow(agent, language, browser, work);
}

async function inWindow(
  agent: Agent,
  language: Language,
  browser: Browser,
  work: (stage: Stage, agent: Agent) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: SIZES[0], locale: language, reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE_MS);
  try {
    const page = await context.newPage();
    await page.goto(agent.link());
    await page.locator('h1').waitFor();
    const picture = async (name: string): Promise<void> => {
      for (const viewport of SIZES) {
        await page.setViewportSize(viewport);
        // The focused element may be scrolled out of sight after a change of size.
        await page.evaluate("document.activeElement?.scrollIntoView({ block: 'nearest' })");
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const file = `${name}-${colorScheme}-${viewport.width}.png`;
          await page.screenshot({ path: join(OUT, language, file) });
        }
      }
      await page.setViewportSize(SIZES[0]);
      await page.emulateMedia({ colorScheme: 'light' });
    };
    await work(stageOf(page, language, picture), agent);
  } finally {
    await context.close();
    await agent.stop(AbortSignal.abort());
  }
}

/** Sends the traffic to central through a link that can be slowed down. */
function throughLink(home: string, port: number): void {
  const file = join(home, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...settings, central: { ...settings.central, port } }, null, 2));
  const passfile = join(home, PASSFILE);
  const known = readFileSync(passfile, 'utf8');
  // Also valid for the link's port.
  writeFileSync(passfile, known + known.replaceAll(/^127\.0\.0\.1:\d+:/gm, '127.0.0.1:*:'));
}

function serverOf(server: DemoServer | null): DemoServer {
  if (server === null) throw new Error('The demo has only one server.');
  return server;
}
