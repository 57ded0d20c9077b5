import { Progress } from '@mantine/core';
import { useFormat, useT } from '../words/LanguageProvider.tsx';
import { timeLeft } from './clockTime.ts';

/** A progress bar. Screen readers can query it, but are not told each step. */
export function ProgressLine({
  label,
  fraction,
  text,
  size = 'md',
}: {
  /** What it is the progress of. */
  readonly label: string;
  /** From 0 to 1; null if unknown. */
  readonly fraction: number | null;
  /** Read out instead of a bare number. */
  readonly text?: string;
  readonly size?: 'sm' | 'md' | 'lg';
}) {
  const percent = fraction === null ? null : Math.floor(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <Progress.Root
      size={size}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      aria-valuetext={text}
    >
      <Progress.Section value={percent ?? 0} withAria={false} />
    </Progress.Root>
  );
}

/** Texts for speed and remaining time, which are both unknown at first. */
export function useRunWords(): {
  /** Null while it is unknown: nothing is shown then. */
  rate(rowsPerSecond: number | null): string | null;
  left(etaSeconds: number | null): string;
} {
  const t = useT();
  const format = useFormat();
  return {
    rate: (rowsPerSecond) => (rowsPerSecond === null ? null : format.rate(rowsPerSecond)),
    left: (etaSeconds) => {
      if (etaSeconds === null) return t('counts.estimating');
      const about = timeLeft(etaSeconds);
      switch (about.kind) {
        case 'few':
          return t('todayPage.running.leftFew');
        case 'seconds':
          return t('todayPage.running.left', { time: format.duration(about.seconds) });
        case 'minutes':
          return t('todayPage.running.leftMinutes', { count: about.minutes });
      }
    },
  };
}
