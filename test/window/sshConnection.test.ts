import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { noSshd, startSshServer } from '../support/sshServer.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { openBranch, t } from './support/words.ts';

const missing = noSshd();
if (missing !== null) process.stderr.write(`!! The form's SSH part is not tested: ${missing}\n`);

beforeAll(buildWindow);
beforeAll(startBrowser);

test('a database is reached through SSH, its passphrase is forgotten and typed again; a changed host key is accepted by a person', async ({
  skip,
}) => {
  if (missing !== null) return skip(missing);
  await using pair = await freshDatabases({ scale: 0.01 });
  await using server = await startSshServer();
  const keyFile = server.makeKey('locked', { passphrase: 'open sesame', admit: true });
  using home = makeHome(pair);
  const settings = (): SettingsFile => JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  const page = await openWindow(await serve(home.folder));
  const form = await openBranch(page, 'Lampung', 'settings');
  const card = page.getByRole('article', { name: 'Lampung' });

  await form.getByRole('switch', { name: t('branchesPage.ssh.through') }).click();
  await form.getByLabel(t('branchesPage.field.sshHost')).fill(server.host);
  await form.getByLabel(t('branchesPage.field.sshPort')).fill(String(server.port));
  await form.getByLabel(t('branchesPage.field.sshUser')).fill(server.user);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText(t('branchesPage.required')).waitFor();
  await form.getByLabel(t('branchesPage.field.sshKeyFile')).fill(keyFile);
  await form.getByRole('button', { name: 'Test', exact: true }).click();
  await form.getByText(t('branchesPage.hint.sshPassphrase')).waitFor();
  await form.getByLabel(t('branchesPage.ssh.passphrase')).fill('open sesame');
  await form
    .getByRole('button', { name: t('branchesPage.saveAgain') })
    .or(form.getByRole('button', { name: 'Save', exact: true }))
    .click();
  await form.waitFor({ state: 'detached' });

  const way = { host: server.host, port: server.port, user: server.user, keyFile };
  expect(settings().connections[0]).toMatchObject({ ssh: way });
  await card.getByText(`${server.user}@${server.host}`).waitFor();
  // The passphrase was kept, and not in the settings.
  expect(JSON.stringify(settings())).not.toContain('sesame');
  await card.getByRole('button', { name: 'Test' }).click();
  await card.getByText(server.hostKey()).waitFor();

  const change = page.getByRole('tab', { name: t('branchesPage.tab.settings') });
  const forget = form.getByRole('button', { name: t('branchesPage.ssh.forgetPassphrase') });
  const save = form
    .getByRole('button', { name: t('branchesPage.saveAgain') })
    .or(form.getByRole('button', { name: 'Save', exact: true }));
  await change.click();
  await forget.click();
  await forget.waitFor({ state: 'detached' });
  await page.reload();
  await change.click();
  await form.getByText(t('branchesPage.ssh.passphraseNote')).waitFor();
  expect(await forget.count()).toBe(0);
  await form.getByLabel(t('branchesPage.ssh.passphrase')).fill('open sesame');
  await save.click();
  await form.waitFor({ state: 'detached' });
  await change.click();
  await forget.waitFor();
  await form.getByRole('button', { name: t('window.cancel') }).click();
  await form.waitFor({ state: 'detached' });

  await server.renewHostKey();
  const accept = card.getByRole('button', { name: t('branchesPage.ssh.accept') });
  // A test that still finds the tunnel of before sees the old key.
  await expect
    .poll(async () => {
      await card.getByRole('button', { name: 'Test' }).click();
      return accept.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    })
    .toBe(true);
  await accept.click();
  await card.getByText('Last test', { exact: false }).getByText('passed').waitFor();
  await card.getByText(server.hostKey()).waitFor();
});
