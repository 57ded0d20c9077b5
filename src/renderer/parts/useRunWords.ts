import { useFormat, useT } from '../words/LanguageProvider.tsx';
import { timeLeft } from './clockTime.ts';

/** How speed and the time that is left are said; both are unknown at first. */
export function useRunWords(): {
  /** Null while it is not known: there is nothing to say then. */
  rate(rowsPerSecond: number | null): string | null;
  left(etaSeconds: number | null): string;
} {
  const t = useT();
  const format = useFormat();
  return {
    rate: (rowsPerSecond) => (rowsPerSecond === null ? null : format.rate(rowsPerSecond)),
    left: (etaSeconds) => {
      if (etaSeconds === null) return t('todayPage.running.leftUnknown');
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
