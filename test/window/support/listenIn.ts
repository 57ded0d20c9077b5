import type { Page, Request } from 'playwright-core';

/**
 * Notes everything that the agent sends to a page from now on: answers, events, what they make of the page.
 *
 * @returns what was noted so far, with what the page shows and has put away
 */
export async function listenIn(page: Page): Promise<() => Promise<readonly string[]>> {
  const noted: string[] = [];
  const answers: Promise<void>[] = [];
  const note = async (request: Request): Promise<void> => {
    const response = await request.response();
    if (response === null) return;
    noted.push(JSON.stringify(response.headers()));
    // What the browser has already is not sent again.
    if (response.status() !== 304) noted.push(await response.text());
  };
  page.on('request', (request) => {
    // Its events come one by one, below; it has no end that could be waited for.
    if (request.url().endsWith('/api/events')) return;
    const answer = note(request);
    // One that is on its way when the page is closed is read by nobody.
    answer.catch(() => undefined);
    answers.push(answer);
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.eventSourceMessageReceived', ({ data }) => void noted.push(data));
  return async () => {
    // Answers lead to new questions.
    for (let heard = 0; heard < answers.length; ) {
      heard = answers.length;
      await Promise.all(answers);
    }
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    return [...noted, kept, await page.content()];
  };
}
