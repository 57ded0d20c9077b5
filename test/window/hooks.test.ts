import { beforeAll, expect, test } from 'vitest';
import { branchWithItems, shell } from '../core/hooks/support.ts';
import { sync } from '../support/branch.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { goTo, reads, t, tid } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

test.each(['en', 'id'] as const)(
  'a failed hook is told on Today and in the batch’s log (%s)',
  async (language) => {
    await using pair = await branchWithItems();
    using home = makeHome(pair, {
      hooks: [
        { sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY reports.sales' },
        { name: 'tell', command: shell(String.raw`echo dialling; printf '\033[31mno carrier\n'; exit 3`) },
      ],
    });
    {
      await using engine = home.open();
      expect((await sync(engine)).batch.status).toBe('completed');
    }
    const say = language === 'en' ? t : tid;
    const hooks = 'REFRESH MATERIALIZED VIEW CONCURRENTLY reports.sales, tell';
    const scheme = language === 'en' ? 'light' : 'dark';
    const page = await openWindow(await serve(home.folder, { language }), { colorScheme: scheme });
    await reads(page, say('todayPage.state.hookFailed', { hooks }));
    const shots = process.env.BRANCHLINE_SHOTS;
    if (shots !== undefined) await page.screenshot({ path: `${shots}/today-${language}.png` });
    await goTo(page, say('window.pages.history'));
    await page
      .getByRole('table', { name: say('historyPage.list') })
      .getByRole('link')
      .first()
      .click();
    await page.getByRole('tab', { name: say('batchPage.tabs.log') }).click();
    await reads(page, say('log.hookFailed', { hook: 'tell', reason: say('hooks.reason.exit', { code: 3 }) }));
    await reads(page, '│ dialling');
    await reads(page, '│ \\u001b[31mno carrier');
    if (shots !== undefined) await page.screenshot({ path: `${shots}/log-${language}.png` });
  },
);
