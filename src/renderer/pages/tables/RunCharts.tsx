import { BarChart } from '@mantine/charts';
import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import type { RunPoint } from './pastRuns.ts';

const HEIGHT = 150;

/**
 * Two charts on the same time axis: duration and rows of each run. Hidden from screen readers, because the
 * sentence above and the list below say the same.
 */
export function RunCharts({ points }: { readonly points: readonly RunPoint[] }) {
  const t = useT();
  const format = useFormat();
  const data = useMemo(() => points.map((point) => ({ ...point })), [points]);
  const starts = useMemo(
    () => new Map(points.map(({ key, at }) => [key, format.shortTime(at)])),
    [points, format],
  );
  const dates = useMemo(() => new Map(points.map(({ key, at }) => [key, format.date(at)])), [points, format]);
  const start = (key: unknown): string => starts.get(String(key)) ?? '';
  const date = (key: unknown): string => dates.get(String(key)) ?? '';
  const common = {
    h: HEIGHT,
    data,
    dataKey: 'key',
    accessibilityLayer: false,
    tickLine: 'none' as const,
    barProps: { isAnimationActive: false },
    maxBarWidth: 24,
    xAxisProps: { tickFormatter: date, minTickGap: 40, interval: 'equidistantPreserveStart' as const },
    // Shows every label, including the one at the upper edge.
    yAxisProps: { width: 110, tickCount: 3, interval: 0 as const },
    barChartProps: { margin: { top: 12 } },
    tooltipProps: { labelFormatter: start },
  };
  return (
    <div aria-hidden>
      <Text size="sm" fw={600}>
        {t('tablesPage.chart.duration')}
      </Text>
      <BarChart
        {...common}
        series={[{ name: 'seconds', label: t('tablesPage.chart.duration'), color: 'branch.7' }]}
        valueFormatter={(seconds) => unbroken(format.duration(seconds))}
      />
      <Text size="sm" fw={600} mt="xs">
        {t('tablesPage.chart.rows')}
      </Text>
      <BarChart
        {...common}
        series={[{ name: 'rows', label: t('tablesPage.chart.rows'), color: 'blue.7' }]}
        valueFormatter={(rows) => format.count(rows)}
      />
    </div>
  );
}

/** Axis labels break at every space and would overlap what is above. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}
