import { useFormat, useT } from '../words/LanguageProvider.tsx';

/** How speed and the time that is left are said; both are unknown at first. */
export function useRunWords(): {
  rate(rowsPerSecond: number | null): string;
  left(etaSeconds: number | null): string;
} {
  const t = useT();
  const format = useFormat();
  return {
    rate: (rowsPerSecond) => (rowsPerSecond === null ? '–' : format.rate(rowsPerSecond)),
    left: (etaSeconds) =>
      etaSeconds === null
        ? t('todayPage.running.leftUnknown')
        : t('todayPage.running.left', { time: format.duration(Math.max(1, Math.round(etaSeconds))) }),
  };
}
