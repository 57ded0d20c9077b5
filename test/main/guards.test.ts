import type { ElectronApplication } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { CALL_NAMES } from '../../src/window-api/windowApi.ts';
import { buildApp, dataFolder, hasRuntime, startApp } from './support/app.ts';

/** Where it opens on a folder without settings. */
const PAGE = 'app://branchline/index.html#/setup';

describe.skipIf(!hasRuntime)('what a page cannot do, on a real Electron', () => {
  beforeAll(buildApp);

  test('the page has no Node and no channel except its calls', async () => {
    const { page } = await startApp({ folder: dataFolder() });

    expect(page.url()).toBe(PAGE);
    expect(
      await page.evaluate(() => ['require', 'process', 'module', 'Buffer'].filter((n) => n in globalThis)),
    ).toEqual([]);
    expect(await page.evaluate(() => Object.keys(Reflect.get(globalThis, 'branchline')))).toEqual([
      ...CALL_NAMES,
      'listen',
    ]);
  });

  test('arguments that do not fit the schema are refused', async () => {
    const { page } = await startApp({ folder: dataFolder() });

    const ask = (limit: unknown): Promise<string> =>
      page.evaluate(
        (given) =>
          Reflect.get(globalThis, 'branchline')
            .days(given)
            .then(
              () => 'answered',
              () => 'refused',
            ),
        limit,
      );

    expect(await ask(20)).toBe('answered');
    for (const wrong of ['20', -1, 1e9, null, { $gt: 0 }]) expect(await ask(wrong)).toBe('refused');
  });

  test('the page cannot navigate away and cannot open windows', async () => {
    const { app, page } = await startApp({ folder: dataFolder() });

    expect(await page.evaluate(`window.open('https://example.com/') === null`)).toBe(true);
    const outcomes = await watchNavigation(app);
    await page.evaluate(`location.assign('https://example.com/')`);
    await page.evaluate(`location.assign('app://elsewhere/index.html')`);

    await expect.poll(outcomes).toEqual([
      { to: 'https://example.com/', prevented: true },
      { to: 'app://elsewhere/index.html', prevented: true },
    ]);
    expect(page.url()).toBe(PAGE);
    expect(app.windows()).toHaveLength(1);
  });

  test('the content security policy refuses markup, scripts, requests and foreign pictures', async () => {
    const { page } = await startApp({ folder: dataFolder() });

    const refused = await page.evaluate(TRY_EVERYTHING);

    expect(refused).toEqual(['connect-src', 'img-src', 'markup', 'script']);
  });

  test('permissions are refused', async () => {
    const { page } = await startApp({ folder: dataFolder() });

    for (const name of ['geolocation', 'notifications', 'camera', 'microphone']) {
      const state = await page.evaluate(
        `navigator.permissions.query({ name: '${name}' }).then((it) => it.state)`,
      );
      expect(state, name).toBe('denied');
    }
  });
});

/** Listens after the guards did, and so sees what became of each attempt. */
async function watchNavigation(app: ElectronApplication): Promise<() => Promise<unknown>> {
  const seen = await app.evaluateHandle(({ webContents }) => {
    const attempts: { to: string; prevented: boolean }[] = [];
    for (const contents of webContents.getAllWebContents()) {
      contents.on('will-frame-navigate', ({ url, defaultPrevented }) => {
        attempts.push({ to: url, prevented: defaultPrevented });
      });
    }
    return attempts;
  });
  return () => seen.jsonValue();
}

/** Runs in the page, as something that got into it would. */
const TRY_EVERYTHING = `new Promise((tell) => {
  const refused = new Set();
  const note = (what) => refused.add(what).size === 4 && tell([...refused].sort());
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (['connect-src', 'img-src'].includes(effectiveDirective)) note(effectiveDirective);
  });
  const attempt = (what, act) => {
    try {
      act();
    } catch {
      note(what);
    }
  };
  fetch('app://branchline/index.html').catch(() => undefined);
  new Image().src = 'https://example.com/pixel.png';
  attempt('markup', () => document.body.insertAdjacentHTML('beforeend', '<b>markup</b>'));
  attempt('script', () => document.createElement('script').append('window.ran = true'));
})`;
