import { memo } from 'react';

const BAR = 6;
const GAP = 2;
const HEIGHT = 16;

/** Bars for the last days, relative to the highest. Hidden from screen readers: the text beside it has the averages. */
export const Sparkline = memo(function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const width = values.length * (BAR + GAP) - GAP;
  return (
    <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden focusable="false">
      {values.map((value, index) => {
        // A day without data keeps a line at the bottom, so that the days can be counted.
        const height = value === 0 ? 1 : Math.max(2, (value / most) * HEIGHT);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a day has no other name than its place
            key={index}
            x={index * (BAR + GAP)}
            y={HEIGHT - height}
            width={BAR}
            height={height}
            fill={value === 0 ? 'var(--branch-quiet)' : 'var(--mantine-primary-color-filled)'}
          />
        );
      })}
    </svg>
  );
});
