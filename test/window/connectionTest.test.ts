import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { type FaultProxy, startProxy } from '../support/proxy.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { listenIn } from './support/listenIn.ts';
import { button, reads, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

/** A form for another branch, with the branch's server behind a proxy. */
async function newBranch(): Promise<{
  page: Page;
  form: Locator;
  proxy: FaultProxy;
  address: string;
  password: string;
  settings: () => SettingsFile;
}> {
  const pair = await freshDatabases({ scale: 0.01 });
  onTestFinished(() => pair.drop());
  const proxy = await startProxy(pair.source);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const home = makeHome(pair);
  onTestFinished(() => home[Symbol.dispose]());
  const page = await openWindow(await serve(home.folder));
  await page.evaluate("location.hash = '/branches'");
  await button(page, t('branchesPage.add')).click();
  const form = page.getByRole('dialog');
  const { user, password, database } = pair.source;
  const address = `postgres://${user}:${encodeURIComponent(password)}@${proxy.host}:${proxy.port}/${database}`;
  const settings = () => JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  return { page, form, proxy, address, password, settings };
}

/** As a person pastes it, who has cut it elsewhere. */
async function paste(form: Locator, text: string): Promise<void> {
  const label = form.getByLabel(t('branchesPage.field.label'));
  await label.fill(text);
  await label.press('ControlOrMeta+a');
  await label.press('ControlOrMeta+x');
  await label.fill('Bandung');
  await field(form, 'host').press('ControlOrMeta+v');
}

const field = (form: Locator, name: 'host' | 'port' | 'database' | 'user' | 'schema' | 'sslmode') =>
  form.getByLabel(t(`branchesPage.field.${name}`), { exact: name === 'schema' });

test('a pasted address fills the fields, its password is nowhere to be seen, and the schema with tables is chosen', async () => {
  const { page, form, proxy, address, password, settings } = await newBranch();
  const heard = await listenIn(page);
  await paste(form, address);
  await reads(form, t('branchesPage.pastedAll'));
  expect(await field(form, 'host').inputValue()).toBe(proxy.host);
  expect(await field(form, 'port').inputValue()).toBe(String(proxy.port));
  expect(await form.innerText()).not.toContain(password);
  await button(form, t('window.save')).click();
  await form.waitFor({ state: 'detached' });
  expect(settings().connections[1]).toMatchObject({ id: 'bandung', schema: 'adempiere' });
  expect(JSON.stringify(settings())).not.toContain(password);
  expect((await heard()).join('\n')).not.toContain(password);
});

test('the steps are seen while they are made', async () => {
  const { form, proxy, address } = await newBranch();
  await paste(form, address);
  proxy.freeze();
  await button(form, t('branchesPage.test')).click();
  const step = (name: 'port' | 'tls'): Locator =>
    form.getByRole('listitem').filter({ hasText: t(`branchesPage.step.${name}`) });
  await reads(step('tls'), t('branchesPage.stepState.doing'));
  await reads(step('port'), t('branchesPage.stepState.ok'));
  await reads(form, t('branchesPage.testingStep', { step: t('branchesPage.step.tls') }));
  proxy.thaw();
  await form.locator('[data-verdict=ok]').waitFor();
});

test('a schema that a person typed is only replaced by a click, which goes on to save', async () => {
  const { form, address, settings } = await newBranch();
  await paste(form, address);
  await field(form, 'schema').fill('nowhere');
  await button(form, t('window.save')).click();
  await reads(form, /^There is no schema nowhere; adempiere has \d+ tables\. Use it\?$/);
  await field(form, 'schema').and(form.locator(':focus')).waitFor();
  await button(form, t('branchesPage.useSchema', { schema: 'adempiere' })).click();
  await form.waitFor({ state: 'detached' });
  expect(settings().connections[1]).toMatchObject({ schema: 'adempiere' });
});

test('a server without TLS is recognised, its field has the focus, and a click on the remedy helps', async () => {
  const { form, address } = await newBranch();
  await paste(form, `${address}?sslmode=verify-full`);
  await button(form, t('branchesPage.test')).click();
  await reads(form, t('branchesPage.hint.noTls'));
  await field(form, 'sslmode').and(form.locator(':focus')).waitFor();
  await reads(form, t('branchesPage.checkThis', { step: t('branchesPage.step.tls') }));
  await button(form, t('branchesPage.withoutTls')).click();
  await form.locator('[data-verdict=ok]').waitFor();
  expect(await field(form, 'sslmode').inputValue()).toBe('prefer');
});
