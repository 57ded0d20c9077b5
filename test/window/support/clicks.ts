import type { Page } from 'playwright-core';

/** Counts the clicks of a person from now on. @returns their number so far */
export async function countClicks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(`globalThis.clicksSoFar = 0;
    addEventListener('click', (event) => { if (event.isTrusted && event.detail > 0) globalThis.clicksSoFar++; }, true)`);
  return async () => Number(await page.evaluate('globalThis.clicksSoFar'));
}
