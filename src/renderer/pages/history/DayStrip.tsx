import { Group, Paper, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import { useCall } from '../../data/useCall.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { DayCalendar } from './DayCalendar.tsx';
import classes from './DayStrip.module.css';
import { daysSummary } from './dayName.ts';
import { layOutDays, recordedFrom } from './dayStrip.ts';

const DAYS = 90;
const HELP = 'history-days-help';
const LOOKS = ['completed', 'interrupted', 'failed', 'running', 'none', 'unknown'] as const;

/** The last days at a glance: how many batches each had, and the worst that one of them came to. */
export function DayStrip({
  chosen,
  onChoose,
}: {
  readonly chosen: string | null;
  readonly onChoose: (day: string | undefined) => void;
}) {
  const t = useT();
  const format = useFormat();
  const { data: days } = useCall('days', DAYS);
  const oldest = useCall('sizes').data?.oldest ?? null;
  const kept = useCall('settings').data?.effective?.retention.days ?? null;
  const layout = useMemo(() => {
    const shown = days ?? [];
    return layOutDays(shown, recordedFrom(shown, oldest === null ? null : format.dayOf(oldest), kept));
  }, [days, oldest, kept, format]);
  if (days === undefined) return <Paper withBorder p="md" className={classes.awaited} />;
  const summary = daysSummary(days, t, format);
  return (
    <Paper withBorder p="md">
      <Group gap="lg" align="flex-start" wrap="nowrap">
        <DayCalendar
          layout={layout}
          label={t('historyPage.strip.label', { days: format.count(days.length) })}
          describedBy={HELP}
          chosen={chosen}
          onChoose={onChoose}
        />
        <Stack gap="xs" miw={0}>
          <div>
            <Text fw={600}>{summary.batches}</Text>
            <Text size="sm" c="dimmed">
              {summary.failed}
            </Text>
          </div>
          <ul className={classes.legend}>
            {LOOKS.map((look) => (
              <li key={look}>
                <span className={`${classes.cell} ${classes[look]}`} aria-hidden />
                {t(`historyPage.strip.${look}`)}
              </li>
            ))}
            <li>{t('historyPage.strip.numbers')}</li>
          </ul>
        </Stack>
      </Group>
      <VisuallyHidden id={HELP}>{t('historyPage.strip.help')}</VisuallyHidden>
    </Paper>
  );
}
