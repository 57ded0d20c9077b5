import { Alert, Stack } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { cronWords } from '../../../../shared/cronWords.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { Facts } from '../../connections/list/Facts.tsx';
import { connectionsOf, fieldsOf } from '../../connections/model/fields.ts';

/** What is set up, in words, and where the passwords are. */
export function Summary() {
  const t = useT();
  const { view } = useSettings();
  const { document = null, passwords = {} } = view.data ?? {};
  if (document === null) return null;
  const central = fieldsOf({ ...document.central });
  const connections = connectionsOf(document);
  const schedules = (document.schedules ?? []).map(({ cron }) => cronWords(cron, t.language));
  const places = [...new Set(Object.values(passwords))].map((place) => t(`connectionsPage.place.${place}`));
  return (
    <Stack gap="md">
      <Facts
        of={[
          [t('connectionsPage.central'), `${central.host} / ${central.database}`],
          [t('connectionsPage.branches'), connections.map(({ id, label }) => label || id).join(', ')],
          [
            t('window.pages.schedules'),
            schedules.length === 0 ? t('setupPage.noSchedule') : schedules.join(' · '),
          ],
        ]}
      />
      {places.length > 0 && (
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
