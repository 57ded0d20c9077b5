import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { freshDatabases } from '../support/databases.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspectedStage, SMALLEST } from './support/inspectedStage.ts';
import { firstSights } from './support/sights/first.ts';

const SCALE = 0.005;

beforeAll(buildWindow);
beforeAll(startBrowser);

test.each(['en', 'id'] as const)(
  'nobody is kept out of the way from nothing to the first copy, and nothing is cut off (%s)',
  { timeout: 900_000 },
  async (language) => {
    await using pair = await freshDatabases({ scale: SCALE });
    const folder = mkdtempSync(join(tmpdir(), 'branchline-first-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const agent = await serve(folder, { language });
    const page = await openWindow(agent, { viewport: SMALLEST });
    const { stage, problems } = await inspectedStage(page, language);
    await firstSights(stage, pair.central, pair.source);
    expect(problems).toEqual([]);
  },
);
