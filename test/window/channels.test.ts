import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { changeSettings } from '../service/support.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { startHookReceiver, startMailReceiver } from '../support/receivers.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspectedStage, SMALLEST } from './support/inspectedStage.ts';
import { channelSights } from './support/sights/channels.ts';
import { button, goTo, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

async function servedBranch(notifications: Readonly<Record<string, unknown>> = {}, language = 'en') {
  const pair = await freshDatabases();
  const home = makeHome(pair);
  onTestFinished(async () => {
    home[Symbol.dispose]();
    await pair[Symbol.asyncDispose]();
  });
  changeSettings(home.folder, { notifications, language });
  const written = () => JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8')).notifications;
  return { folder: home.folder, written };
}

test('e-mail is added, tried before it is saved, changed, switched off and removed', async () => {
  await using server = await startMailReceiver({ secure: false, disabledCommands: ['STARTTLS'] });
  const branch = await servedBranch({ noSuccessHours: 5 });
  const page = await openWindow(await serve(branch.folder));
  await goTo(page, t('window.pages.settings'));
  await button(page, t('channelsPage.add.email')).click();
  const form = page.getByRole('dialog');
  const field = (name: 'to' | 'from' | 'host' | 'port') =>
    form.getByLabel(t(`channelsPage.field.${name}`), { exact: name !== 'to' });

  // Nothing is sent or saved while something is missing, and the first such field has the focus.
  await button(form, t('channelsPage.test')).click();
  await expect.poll(() => form.locator('[aria-invalid="true"]').count()).toBe(3);
  await form
    .getByRole('textbox', { name: t('channelsPage.field.to') })
    .fill('it@hq.example\nboss@hq.example');
  await form.getByRole('textbox', { name: t('channelsPage.field.from') }).fill('not an address');
  await form.getByRole('textbox', { name: t('channelsPage.field.host') }).fill('127.0.0.1');
  await field('port').fill('1');
  await form.getByLabel(t('channelsPage.field.security')).selectOption('none');
  await button(form, t('channelsPage.test')).click();
  await form.getByText('such as it@hq.example').waitFor();
  await form.getByRole('textbox', { name: t('channelsPage.field.from') }).fill('branch@hq.example');
  await button(form, t('channelsPage.test')).click();
  await form.getByText('ECONNREFUSED').waitFor();
  await field('port').fill(String(server.port));
  await button(form, t('channelsPage.test')).click();
  await form.getByText(t('channelsPage.tested')).waitFor();
  expect(server.mails).toMatchObject([{ to: ['it@hq.example', 'boss@hq.example'] }]);
  expect(server.mails[0]?.subject).toContain(t('delivery.test.title'));
  expect(branch.written()).toEqual({ noSuccessHours: 5 });

  await form.getByRole('checkbox', { name: t('channelsPage.event.digest') }).check();
  await form.getByLabel(t('channelsPage.digestAt')).fill('06:15');
  await button(form, t('window.save')).click();
  await form.waitFor({ state: 'detached' });
  expect(branch.written()).toEqual({
    noSuccessHours: 5,
    digestAt: '06:15',
    email: {
      host: '127.0.0.1',
      port: server.port,
      security: 'none',
      from: 'branch@hq.example',
      to: ['it@hq.example', 'boss@hq.example'],
      events: ['failure', 'recovery', 'differs', 'question', 'no_success', 'digest'],
    },
  });

  const row = page.getByRole('group', { name: t('delivery.channel.email') });
  await row.getByRole('switch').press('Space');
  await expect.poll(() => branch.written().email.enabled).toBe(false);
  await row.getByRole('button', { name: t('channelsPage.edit') }).click();
  await button(form, t('window.remove')).click();
  await page
    .getByRole('dialog')
    .last()
    .getByRole('button', { name: t('window.remove') })
    .click();
  await row.waitFor({ state: 'detached' });
  expect(branch.written()).toEqual({ noSuccessHours: 5, digestAt: '06:15' });
});

test('the window is never told a secret address, keeps it unless it is changed, and signs with what was typed', async () => {
  await using hook = await startHookReceiver({ secret: 'typed secret' });
  const ping = 'https://hc-ping.example/T0PS3CRET-of-ping';
  const branch = await servedBranch({
    webhook: { url: hook.url, allowHttp: true },
    ping,
  });
  const page = await openWindow(await serve(branch.folder));
  const answers: string[] = [];
  page.on('response', (response) => {
    void response
      .text()
      .then((text) => answers.push(text))
      .catch(() => {});
  });
  await goTo(page, t('window.pages.settings'));
  const row = page.getByRole('group', { name: t('delivery.channel.webhook') });
  await row.getByRole('button', { name: t('channelsPage.edit') }).click();
  const form = page.getByRole('dialog');
  await expect
    .poll(() => form.getByRole('textbox', { name: t('channelsPage.field.url') }).inputValue())
    .toMatch(/^http:\/\/127\.0\.0\.1:\d+\/•+$/);
  await form.getByLabel(t('channelsPage.secret.webhook'), { exact: true }).fill('typed secret');
  await button(form, t('channelsPage.test')).click();
  await form.getByText(t('channelsPage.tested')).waitFor();
  expect(hook.posts).toMatchObject([{ path: '/hook/T0PS3CRET', signed: true, body: { event: 'test' } }]);

  await form.getByRole('textbox', { name: t('channelsPage.field.headers') }).fill('X-Team: it');
  await button(form, t('window.save')).click();
  await form.waitFor({ state: 'detached' });
  expect(branch.written()).toEqual({
    webhook: { url: hook.url, allowHttp: true, headers: { 'X-Team': 'it' } },
    ping,
  });
  // The secret is kept, and signs the next one.
  await row.getByRole('button', { name: t('channelsPage.edit') }).click();
  await form.getByText(t('channelsPage.secretStays', { place: '' }).split('.')[1] ?? '').waitFor();
  await button(form, t('channelsPage.test')).click();
  await form.getByText(t('channelsPage.tested')).waitFor();
  expect(hook.posts.map((one) => one.signed)).toEqual([true, true]);

  // Half an address is none.
  await form
    .getByRole('textbox', { name: t('channelsPage.field.url') })
    .fill('http://elsewhere.example/••••••••');
  await button(form, t('window.save')).click();
  await form.getByText('write the whole address again').waitFor();
  expect(branch.written().webhook.url).toBe(hook.url);
  expect(answers.join('\n')).toContain('127.0.0.1');
  expect(answers.join('\n')).not.toMatch(/T0PS3CRET|typed secret/);
});

test('a change by hand meanwhile is not overwritten, and what was typed stays', async () => {
  const branch = await servedBranch({ telegram: { chatId: -100123 } });
  const page = await openWindow(await serve(branch.folder));
  await goTo(page, t('window.pages.settings'));
  const row = page.getByRole('group', { name: t('delivery.channel.telegram') });
  await row.getByRole('button', { name: t('channelsPage.edit') }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('channelsPage.field.threadId')).fill('7');
  changeSettings(branch.folder, { notifications: { desktop: false, telegram: { chatId: -100456 } } });
  await button(form, t('window.save')).click();
  await button(form, t('window.loadAnew')).click();
  expect(await form.getByLabel(t('channelsPage.field.threadId')).inputValue()).toBe('7');
  await button(form, t('window.save')).click();
  await form.waitFor({ state: 'detached' });
  expect(branch.written()).toEqual({ desktop: false, telegram: { chatId: -100456, threadId: 7 } });
});

test.each(['en', 'id'] as const)(
  'nobody is kept out of the forms of channels, and nothing is cut off (%s)',
  { timeout: 600_000 },
  async (language) => {
    const branch = await servedBranch(
      {
        webhook: {
          url: 'https://chat.hq.example/hooks/T0B0',
          headers: { 'X-Team': 'it' },
          body: { text: '{{text}}' },
          events: ['failure', 'digest'],
        },
        email: {
          host: 'mail.hq.example',
          user: 'branchline',
          from: 'branchline@hq.example',
          to: ['it@hq.example', 'operations.and.maintenance@head-office-of-all-branches.example'],
          enabled: false,
        },
        telegram: { chatId: -1001234567890, token: '${BOT_TOKEN}', events: ['digest'] },
      },
      language,
    );
    const agent = await serve(branch.folder, { language });
    const page = await openWindow(agent, { viewport: SMALLEST });
    const { stage, problems } = await inspectedStage(page, language);
    await channelSights(stage);
    expect(problems).toEqual([]);
  },
);
