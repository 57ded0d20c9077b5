import { Anchor, Text } from '@mantine/core';
import { IconCalendarTime } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ServiceStatus } from '../../../shared/service.ts';
import { useNow } from '../../data/useNow.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { sayNext } from './sayNext.ts';

/** When Branchline runs by itself next. */
export function NextRun({ status: { next, pause } }: { readonly status: ServiceStatus }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const without = pause === null ? t('todayPage.noNext') : t('todayPage.nextPaused');
  return (
    <Text size="sm" mt="md" component="p" className="numbers">
      <IconCalendarTime
        size={18}
        stroke={1.6}
        aria-hidden
        style={{ verticalAlign: '-0.25em', marginInlineEnd: '0.4rem' }}
      />
      {next === null ? without : sayNext(next.at, now, { t, format })}
      {next === null && pause === null && (
        <>
          {' '}
          <Anchor component={Link} href="/schedules" size="sm" underline="always">
            {t('todayPage.planOne')}
          </Anchor>
        </>
      )}
    </Text>
  );
}
