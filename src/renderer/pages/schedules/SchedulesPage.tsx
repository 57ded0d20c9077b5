import { Alert, Button, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Schedules } from '../../../shared/window/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered } from '../../parts/Answered.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { ScheduleCard } from './ScheduleCard.tsx';
import { ScheduleEditor } from './ScheduleEditor.tsx';

/** When syncs run by themselves. */
export function SchedulesPage() {
  const t = useT();
  const schedules = useCall('schedules');
  const settings = useCall('settings');
  const { data: setup } = useCall('setup');
  // The id of the one that is being edited; an empty text for a new one.
  const [editing, setEditing] = useState<string | null>(null);
  const canChange = setup?.commands === true && settings.data?.effective != null;
  return (
    <Page
      title={t('window.pages.schedules')}
      actions={
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          disabled={!canChange}
          onClick={() => setEditing('')}
        >
          {t('schedulesPage.add')}
        </Button>
      }
    >
      {setup?.face === 'tray' && <Alert color="gray">{t('schedulesPage.whileSignedIn')}</Alert>}
      <Answered to={schedules}>
        {(list) => <ScheduleList schedules={list} canChange={canChange} onEdit={setEditing} />}
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

function ScheduleList({
  schedules,
  canChange,
  onEdit,
}: {
  readonly schedules: Schedules;
  readonly canChange: boolean;
  readonly onEdit: (id: string) => void;
}) {
  const t = useT();
  if (schedules.length === 0)
    return <Empty title={t('schedulesPage.empty')}>{t('schedulesPage.emptyNext')}</Empty>;
  return (
    <Stack gap="md">
      {schedules.map((one) => (
        <ScheduleCard key={one.id} schedule={one} canChange={canChange} onEdit={() => onEdit(one.id)} />
      ))}
    </Stack>
  );
}
