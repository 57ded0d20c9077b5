import { Alert, List, Stack, Switch, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { cronWords } from '../../../../shared/cron.ts';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { sayChoice } from '../../connections/list/ConnectionCard.tsx';
import { Facts } from '../../connections/list/EndpointCard.tsx';
import { connectionsOf, fieldsOf } from '../../connections/model/fields.ts';
import { choiceOf } from '../../connections/model/tableChoice.ts';

/**
 * What is set up, in words.
 *
 * @param props.withPasswords whether it says where the passwords are, too
 */
export function Summary({ withPasswords }: { readonly withPasswords: boolean }) {
  const t = useT();
  const format = useFormat();
  const { view } = useSettings();
  const { document = null, passwords = {} } = view.data ?? {};
  if (document === null) return null;
  const central = fieldsOf({ ...document.central });
  const connections = connectionsOf(document);
  const schedules = (document.schedules ?? []).map(({ cron }) => cronWords(cron, t.language));
  const places = [...new Set(Object.values(passwords))]
    .filter((place) => place !== 'none')
    .map((place) => t(`connectionsPage.place.${place}`));
  return (
    <Stack gap="md">
      <Facts
        of={[
          [t('connectionsPage.central'), `${central.host} / ${central.database}`],
          [t('setupPage.step.branch.name'), connections.map(({ id, label }) => label || id).join(', ')],
          [
            t('setupPage.step.tables.name'),
            connections.map((one) => sayChoice(choiceOf(one), t, format)).join(' · '),
          ],
          [
            t('setupPage.step.schedule.name'),
            schedules.length === 0 ? t('setupPage.noSchedule') : schedules.join(' · '),
          ],
        ]}
      />
      {withPasswords && places.length > 0 && (
        <Alert
          color="branch"
          variant="light"
          icon={<IconLock aria-hidden />}
          title={t('setupPage.passwordTitle')}
        >
          {t('setupPage.passwordsAre', { places: places.join(', ') })}
        </Alert>
      )}
    </Stack>
  );
}

/** What keeps it going from here: the start with the computer, and where the icon is. */
export function TrayHints() {
  const t = useT();
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
          onChange={({ currentTarget: { checked } }) => startAtLogin.mutate([checked])}
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
