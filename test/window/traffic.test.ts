import { beforeAll, expect, test } from 'vitest';
import { journalIn } from '../core/journal/support/world.ts';
import { atBranch, sync } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, goTo, openBranch, reads, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

test('what a batch has sent stands on its page, by table, and by month on the page Tables', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('x', 200) FROM generate_series(1, 5000) n",
  );
  using home = makeHome(pair);
  let batchId = '';
  {
    await using engine = home.open();
    batchId = (await sync(engine)).batch.batch_id;
  }
  const journal = journalIn(home.folder);
  const ledger = journal.tables(batchId)[0];
  const sent = ledger?.sent_bytes ?? expect.fail('not counted');
  expect(sent).toBeGreaterThan(1_000_000);
  // As if an SSH tunnel had compressed the rest.
  const plain = { sent: 0, received: 0, sentPlain: 9_000_000, receivedPlain: 0 };
  journal.addTraffic({ batchId, total: plain, table: null });
  const inMb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
  const batch = journal.batch(batchId) ?? expect.fail('no batch');
  const compressed = t('words.link.compressed', {
    bytes: inMb(batch.sent_bytes ?? 0),
    plain: inMb(batch.sent_plain_bytes ?? 0),
  });

  const page = await openWindow(await serve(home.folder));
  await goTo(page, t('window.pages.history'));
  await page
    .getByRole('table', { name: t('historyPage.list') })
    .getByRole('link')
    .first()
    .click();
  await reads(page, t('batchPage.facts.sent'));
  await reads(page, new RegExp(compressed.replace(/[().]/g, '\\$&')));
  await reads(page.getByRole('row', { name: /ledger/ }), inMb(sent));

  await goTo(page, t('window.pages.tables'));
  await reads(page, new RegExp(`^All runs in .* 20\\d\\d: sent ${inMb(batch.sent_bytes ?? 0)} \\(`));
  await page.getByRole('link', { name: /ledger/ }).click();
  await page.getByRole('heading', { name: t('tablesPage.detail.link') }).waitFor();
  await reads(page.getByRole('dialog'), new RegExp(`20\\d\\d: sent ${inMb(sent)}, received`));
});

test('a connection that was never copied tells how long that would take: unknown before its link was measured', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) n",
  );
  using home = makeHome(pair);
  const page = await openWindow(await serve(home.folder));
  await openBranch(page, 'Lampung');
  const ask = button(page, t('branchesPage.firstCopy.ask'));
  await ask.click();
  await reads(page, /^About 3\.\d\u00a0MB to send\. How long that takes is unknown/);

  // 1,000 bytes a second: 50 minutes.
  journalIn(home.folder).noteLinkSpeed(1000);
  await ask.click();
  await reads(page, /about 5\d min .* speed measured on your link .*; or carry it on a disk\.$/);

  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  await page.reload();
  await reads(page, t('branchesPage.chooseTables'));
  await expect.poll(() => ask.count()).toBe(0);
});
