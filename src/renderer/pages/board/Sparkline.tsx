import { memo } from 'react';

const BAR = 6;
const GAP = 2;
const HEIGHT = 16;

/** Bars for the last days, relative to the highest. Hidden from screen readers: the text beside it has the averages. */
export const Sparkline = memo(function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const width = values.length * (BAR + GAP) - GAP;
  const bar = (index: number, height: number): string =>
    `M${index * (BAR + GAP)} ${HEIGHT}v${-Math.round(height * 10) / 10}h${BAR}V${HEIGHT}z`;
  const bars = values.map((value, index) =>
    value === 0 ? '' : bar(index, Math.max(2, (value / most) * HEIGHT)),
  );
  // A day without data keeps a line at the bottom, so that the days can be counted.
  const none = values.map((value, index) => (value === 0 ? bar(index, 1) : ''));
  // Two shapes for all bars: a list of a thousand branches scrolls past them.
  return (
    <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden focusable="false">
      <path d={bars.join('')} fill="var(--mantine-primary-color-filled)" />
      <path d={none.join('')} fill="var(--branch-quiet)" />
    </svg>
  );
});
