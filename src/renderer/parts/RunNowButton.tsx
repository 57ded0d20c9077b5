import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useCommand } from '../data/useCommand.ts';
import { useMay } from '../data/useMay.ts';
import { useT } from '../words/LanguageProvider.tsx';

/**
 * Begins a batch of all tables.
 *
 * @param props.main whether this is what the page asks the person to do
 */
export function RunNowButton({ main }: { readonly main: boolean }) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const runNow = useCommand('runNow');
  return (
    <Button
      variant={main ? 'filled' : 'default'}
      leftSection={<IconPlayerPlay size={18} aria-hidden />}
      loading={runNow.isPending}
      disabled={!run}
      title={whyNotRun}
      onClick={() => runNow.mutate([{}])}
    >
      {t('todayPage.runNow')}
    </Button>
  );
}
