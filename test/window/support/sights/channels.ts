import type { Stage } from './stage.ts';

/** The settings of channels: each form that there is, with several channels there already. */
export async function channelSights({ page, t, go, look, button, dialog, close }: Stage): Promise<void> {
  await go('/settings');
  await page.getByRole('group', { name: t('delivery.channel.email') }).scrollIntoViewIfNeeded();
  await look('channels');
  for (const channel of ['email', 'webhook', 'telegram'] as const) {
    await button(t('channelsPage.editOf', { channel: t(`delivery.channel.${channel}`) })).click();
    await dialog()
      .getByText(t(`channelsPage.about.${channel}`))
      .waitFor();
    await look(`channel-${channel}`);
    if (channel === 'email') {
      await dialog().getByLabel(t('channelsPage.field.host')).fill('two words');
      await button(t('channelsPage.test'), dialog()).click();
      await dialog().locator('[aria-invalid="true"]').waitFor();
      await look('channel-email-wrong');
      await dialog()
        .getByRole('checkbox', { name: t('channelsPage.event.digest') })
        .check();
      await dialog().getByLabel(t('channelsPage.digestAt')).scrollIntoViewIfNeeded();
      await look('channel-email-events');
    }
    await close();
  }
  await button(t('channelsPage.add.ping')).click();
  await dialog().getByLabel(t('channelsPage.field.pingUrl')).fill('https://127.0.0.1:1/ping');
  await button(t('channelsPage.test'), dialog()).click();
  await dialog().getByText('ECONNREFUSED').waitFor();
  await look('channel-ping-tested');
  await close();
}
