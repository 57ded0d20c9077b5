import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { SettingsView, Setup } from '../../../window-api/views.ts';
import { useCall, useLabels } from '../../data/useCall.ts';
import { Answered, Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { sayRefusal } from '../../words/refusal.ts';
import { Channels } from './channels/Channels.tsx';
import { Appearance, Notices } from './DesktopSections.tsx';
import { CheckUp, Exchange, SupportBundle } from './FileSections.tsx';
import { Keeping, LinkUse, Proving } from './RunSections.tsx';

/** The settings of Branchline on this computer. */
export function SettingsPage() {
  const t = useT();
  const setup = useCall('setup');
  const settings = useCall('settings');
  return (
    <Page title={t('window.pages.settings')}>
      <Answered to={settings}>
        {(view) => (
          // Fields are filled once, when they appear; the key recreates them when settings become available.
          <Stack gap="lg" key={String(view.effective === null)}>
            <WhyFixed settings={view} />
            {/* Two columns that are filled by themselves: in rows, each section would be as tall as its neighbour. */}
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" verticalSpacing="lg">
              <Stack gap="lg">
                <Appearance settings={view} />
                <Keeping settings={view} />
                <Proving settings={view} />
                <Exchange settings={view} />
              </Stack>
              <Stack gap="lg">
                <Notices settings={view} />
                <Channels settings={view} />
                <LinkUse settings={view} />
                <CheckUp />
                <SupportBundle />
              </Stack>
            </SimpleGrid>
          </Stack>
        )}
      </Answered>
      {setup.data !== undefined && <About setup={setup.data} />}
    </Page>
  );
}

/** Why the fields cannot be changed, if so. */
function WhyFixed({ settings: { effective, problem, revision } }: { readonly settings: SettingsView }) {
  const t = useT();
  const labelOf = useLabels();
  if (effective !== null) return null;
  // Without a revision there is no file that could be wrong.
  const wrong = problem !== null && revision !== null;
  return <Text c="dimmed">{wrong ? sayRefusal(problem, t, labelOf).what : t('settingsPage.notYet')}</Text>;
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
