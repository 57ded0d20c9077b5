import { useDebouncedValue } from '@mantine/hooks';
import { useCall } from '../../data/useCall.ts';
import { useT } from '../../words/LanguageProvider.tsx';

/** While somebody types, not every letter is asked about. */
const PATIENCE_MS = 200;

/** What is wrong with a cron expression, in words; null where it can be planned. */
export function useCronProblem(cron: string, timezone: string): string | null {
  const t = useT();
  const [settled] = useDebouncedValue(cron, PATIENCE_MS);
  const { data } = useCall('previewCron', settled, timezone);
  if (data === undefined || data.problem === null) return null;
  const { reason, field } = data.problem;
  switch (reason) {
    case 'cron_field':
      return t('schedulesPage.problem.field', { field: field ?? '?' });
    case 'cron_often':
      return t('schedulesPage.problem.often');
    case 'cron_never':
      return t('schedulesPage.problem.never');
    case 'timezone':
      return t('schedulesPage.problem.timezone');
    default:
      return t('schedulesPage.problem.fields');
  }
}
