import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Language } from '../../src/shared/texts/language.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspect } from './support/look.ts';
import { startOnlooker } from './support/onlooker.ts';
import { livePast } from './support/past.ts';
import { firstSights } from './support/sights/first.ts';
import { nowSights } from './support/sights/now.ts';
import { pastSights } from './support/sights/past.ts';
import { addSchedules } from './support/sights/schedules.ts';
import { stageOf } from './support/sights/stage.ts';

const SCALE = 0.005;
/** The smallest window that is asked for, and the same at 150 % zoom. */
const SMALLEST = { width: 1024, height: 700 };
const ZOOMED = { width: 683, height: 467 };

beforeAll(buildWindow);
beforeAll(startBrowser);

describe.each(['en', 'id'] as const)('in %s', (language) => {
  test('nobody is kept out of a branch with a past, and nothing is cut off', {
    timeout: 900_000,
  }, async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using link = await startProxy(pair.central);
    using home = makeHome(pair, { central: { port: link.port } });
    addSchedules(home.folder, language);
    livePast(home.folder, CONNECTION);
    const agent = await serve(home.folder, { language });
    // Of a browser that is not signed in any more.
    const page = await openWindow(agent, { viewport: SMALLEST, expected: /401/ });
    const { stage, problems } = await inspected(page, language);
    await pastSights(stage);
    await nowSights(stage, {
      folder: home.folder,
      link,
      stopAgent: agent.stop,
      startOnlooker: () => startOnlooker(home.folder, agent.port, language),
    });
    expect(problems).toEqual([]);
  });

  test('nor of the way from nothing to the first copy', { timeout: 900_000 }, async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    const folder = mkdtempSync(join(tmpdir(), 'branchline-first-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const agent = await serve(folder, { language });
    const page = await openWindow(agent, { viewport: SMALLEST });
    const { stage, problems } = await inspected(page, language);
    await firstSights(stage, pair.central, pair.source);
    expect(problems).toEqual([]);
  });
});

/** Looks at each sight in both schemes and both sizes. axe reads no words: one language is enough for it. */
async function inspected(page: Page, language: Language) {
  const problems: string[] = [];
  const inside = await inspect(page);
  const note = (where: string, found: readonly string[]): void => {
    problems.push(...found.map((one) => `${where}: ${one}`));
  };
  const look = async (name: string): Promise<void> => {
    for (const [size, viewport] of Object.entries({ '100 %': SMALLEST, '150 %': ZOOMED })) {
      await page.setViewportSize(viewport);
      await inside.drawn();
      note(`${name} at ${size}`, await inside.layoutFaults());
      if (language === 'en') note(`${name} at ${size}`, await inside.violations());
    }
    await page.setViewportSize(SMALLEST);
    if (language !== 'en') return;
    await page.emulateMedia({ colorScheme: 'dark' });
    note(`${name} in the dark`, await inside.violations());
    await page.emulateMedia({ colorScheme: 'light' });
  };
  return { stage: stageOf(page, language, look), problems };
}
