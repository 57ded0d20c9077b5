import { List, Stack, Switch, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useT } from '../../../words/LanguageProvider.tsx';

/** What keeps it going from here: the start with the computer, and where the icon is. */
export function TrayHints() {
  const t = useT();
  const queries = useQueryClient();
  const setup = useCall('setup').data;
  const startAtLogin = useCommand('setStartAtLogin');
  if (setup === undefined || setup.face !== 'tray') return null;
  return (
    <Stack gap="sm">
      {setup.startAtLogin !== null && (
        <Switch
          label={t('setupPage.startAtLogin')}
          description={t('setupPage.startAtLoginNote')}
          checked={setup.startAtLogin}
          disabled={!setup.commands || startAtLogin.isPending}
          onChange={({ currentTarget: { checked } }) =>
            startAtLogin.mutate([checked], {
              onSuccess: () => void queries.invalidateQueries({ queryKey: ['setup'] }),
            })
          }
        />
      )}
      {setup.platform === 'win32' && (
        <Stack gap={4}>
          <Title order={3} size="h5">
            {t('setupPage.pinTitle')}
          </Title>
          <Text size="sm">{t('setupPage.pinNote')}</Text>
          <List size="sm" type="ordered">
            <List.Item>{t('setupPage.pinArrow')}</List.Item>
            <List.Item>{t('setupPage.pinDrag')}</List.Item>
          </List>
          <Text size="sm" c="dimmed">
            {t('setupPage.pinSettings')}
          </Text>
        </Stack>
      )}
    </Stack>
  );
}
