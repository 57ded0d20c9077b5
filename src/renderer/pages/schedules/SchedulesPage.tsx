import { Alert, Button, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useCall } from '../../data/useCall.ts';
import { useMay } from '../../data/useCommand.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { ScheduleCard } from './ScheduleCard.tsx';
import { ScheduleEditor } from './ScheduleEditor.tsx';
import { WeekGrid } from './WeekGrid.tsx';

/** The schedules of automatic syncs. */
export function SchedulesPage() {
  const t = useT();
  const schedules = useCall('schedules');
  const settings = useCall('settings');
  const { data: setup } = useCall('setup');
  // The id being edited; an empty text for a new one.
  const [editing, setEditing] = useState<string | null>(null);
  const may = useMay();
  const wrong = settings.data !== undefined && settings.data.effective === null;
  const canChange = may.command && settings.data !== undefined && !wrong;
  const whyNot = may.whyNotCommand ?? (wrong ? t('window.settingsWrong.what') : undefined);
  return (
    <Page
      title={t('window.pages.schedules')}
      actions={
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          disabled={!canChange}
          title={whyNot}
          onClick={() => setEditing('')}
        >
          {t('schedulesPage.add')}
        </Button>
      }
    >
      {setup?.program === 'tray' && <Alert color="gray">{t('schedulesPage.whileSignedIn')}</Alert>}
      <Answered to={schedules}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t('schedulesPage.empty')}>
              {setup !== undefined && isNotSetUp(setup)
                ? t('schedulesPage.notYet')
                : t('schedulesPage.emptyNext')}
            </Empty>
          ) : (
            <Stack gap="md">
              {list.some((one) => one.enabled) && <WeekGrid schedules={list.map(({ id }) => id)} />}
              {list.map((one, index) => (
                <ScheduleCard
                  key={one.id}
                  schedule={one}
                  number={list.length > 1 ? index + 1 : null}
                  canChange={canChange}
                  whyNot={whyNot}
                  onEdit={() => setEditing(one.id)}
                />
              ))}
            </Stack>
          )
        }
      </Answered>
      {editing !== null && settings.data !== undefined && (
        <ScheduleEditor
          settings={settings.data}
          id={editing === '' ? null : editing}
          timeZone={setup?.timeZone ?? 'UTC'}
          onClose={() => setEditing(null)}
        />
      )}
    </Page>
  );
}
