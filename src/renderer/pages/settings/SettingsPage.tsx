import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { Setup } from '../../../shared/window/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered } from '../../parts/Answered.tsx';
import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { Appearance } from './Appearance.tsx';
import { Exchange } from './Exchange.tsx';
import { Keeping } from './Keeping.tsx';
import { LinkUse } from './LinkUse.tsx';
import { Notices } from './Notices.tsx';
import { SupportBundle } from './SupportBundle.tsx';

/** What concerns all of Branchline on this computer. */
export function SettingsPage() {
  const t = useT();
  const setup = useCall('setup');
  const settings = useCall('settings');
  return (
    <Page title={t('window.pages.settings')}>
      <Answered to={settings}>
        {(view) => (
          // Two columns that are filled by themselves: in rows, each section would be as tall as its neighbour.
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" verticalSpacing="lg">
            <Stack gap="lg">
              <Appearance settings={view} />
              <Keeping settings={view} />
              <Exchange settings={view} />
            </Stack>
            <Stack gap="lg">
              <Notices settings={view} />
              <LinkUse settings={view} />
              <SupportBundle />
            </Stack>
          </SimpleGrid>
        )}
      </Answered>
      {setup.data !== undefined && <About setup={setup.data} />}
    </Page>
  );
}

function About({ setup }: { readonly setup: Setup }) {
  const t = useT();
  return (
    <Stack gap={2}>
      <Text size="sm" c="dimmed">
        {t('settingsPage.version', { version: setup.version })}
      </Text>
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {t('settingsPage.folder', { folder: setup.folder })}
      </Text>
    </Stack>
  );
}
