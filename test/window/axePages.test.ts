import { beforeAll, expect, test } from 'vitest';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspectedStage, SMALLEST } from './support/inspectedStage.ts';
import { startOnlooker } from './support/onlooker.ts';
import { livePast } from './support/past.ts';
import { nowSights } from './support/sights/now.ts';
import { pastSights } from './support/sights/past.ts';
import { addSchedules } from './support/sights/schedules.ts';

const SCALE = 0.005;

beforeAll(buildWindow);
beforeAll(startBrowser);

test.each(['en', 'id'] as const)(
  'nobody is kept out of a branch with a past, and nothing is cut off (%s)',
  { timeout: 900_000 },
  async (language) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using link = await startProxy(pair.central);
    using home = makeHome(pair, { central: { port: link.port } });
    addSchedules(home.folder, language);
    livePast(home.folder, CONNECTION);
    const agent = await serve(home.folder, { language });
    // Of a browser that is not signed in any more.
    const page = await openWindow(agent, { viewport: SMALLEST, expected: /401/ });
    const { stage, problems } = await inspectedStage(page, language);
    await pastSights(stage);
    await nowSights(stage, {
      folder: home.folder,
      link,
      stopAgent: agent.stop,
      startOnlooker: () => startOnlooker(home.folder, agent.port, language),
    });
    expect(problems).toEqual([]);
  },
);
