import { BarChart } from '@mantine/charts';
import { SimpleGrid, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { DayView } from '../../../window-api/views.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

const HEIGHT = 150;

/** Duration and size of each day. Hidden from screen readers, because the calendar's days say the same. */
export function DayCharts({ days }: { readonly days: readonly DayView[] }) {
  const t = useT();
  const format = useFormat();
  const data = useMemo(() => days.map(({ day, seconds, bytes }) => ({ day, seconds, bytes })), [days]);
  // The library also asks for labels of no day.
  const names = useMemo(
    () =>
      new Map(
        days.map(({ day }) => [day, { full: format.day(day), short: format.date(`${day}T12:00:00Z`) }]),
      ),
    [days, format],
  );
  const common = {
    h: HEIGHT,
    data,
    dataKey: 'day',
    accessibilityLayer: false,
    tickLine: 'none' as const,
    barProps: { isAnimationActive: false },
    maxBarWidth: 24,
    xAxisProps: {
      tickFormatter: (day: unknown) => names.get(String(day))?.short ?? '',
      minTickGap: 30,
      interval: 'equidistantPreserveStart' as const,
    },
    yAxisProps: { width: 84, tickCount: 3, interval: 0 as const },
    barChartProps: { margin: { top: 12 } },
    tooltipProps: { labelFormatter: (day: unknown) => names.get(String(day))?.full ?? '' },
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} mt="md" aria-hidden>
      <div>
        <Text size="sm" fw={600}>
          {t('historyPage.chart.duration')}
        </Text>
        <BarChart
          {...common}
          series={[{ name: 'seconds', label: t('historyPage.chart.duration'), color: 'branch.7' }]}
          // Axis labels break at every space.
          valueFormatter={(seconds) => format.duration(seconds).replaceAll(' ', '\u00a0')}
        />
      </div>
      <div>
        <Text size="sm" fw={600}>
          {t('historyPage.chart.bytes')}
        </Text>
        <BarChart
          {...common}
          series={[{ name: 'bytes', label: t('historyPage.chart.bytes'), color: 'blue.7' }]}
          valueFormatter={(bytes) => format.bytes(bytes)}
        />
      </div>
    </SimpleGrid>
  );
}
