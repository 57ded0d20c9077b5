import type { Page } from 'playwright-core';

/**
 * Notes everything that the agent sends to a page from now on: answers, events, what they make of the page.
 *
 * @returns what was noted so far, with what the page shows and has put away
 */
export async function listenIn(page: Page): Promise<() => Promise<readonly string[]>> {
  const noted: string[] = [];
  const answers: Promise<void>[] = [];
  page.on('response', (response) => {
    // Its events come one by one, below; it has no end that could be waited for.
    if (response.url().endsWith('/api/events')) return;
    noted.push(JSON.stringify(response.headers()));
    // What the browser has already is not sent again.
    if (response.status() === 304) return;
    answers.push(response.text().then((text) => void noted.push(text)));
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.eventSourceMessageReceived', ({ data }) => void noted.push(data));
  return async () => {
    await Promise.all(answers);
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    return [...noted, kept, await page.content()];
  };
}
