import { Alert, Button, Stack } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { Setup } from '../../shared/window/views.ts';
import { useLinkLoss } from '../data/liveStore.ts';
import { useCall } from '../data/useCall.ts';
import { RefusalAlert } from '../parts/RefusalAlert.tsx';
import { useT } from '../words/LanguageProvider.tsx';

/** What a person must know on every page: that the program does not answer, or cannot work. */
export function Banners() {
  const t = useT();
  const loss = useLinkLoss();
  const { data: setup } = useCall('setup');
  const [location] = useLocation();
  return (
    <Stack gap="sm" aria-live="polite">
      {loss !== null && (
        <Alert color="red" icon={<IconPlugConnectedX aria-hidden />} title={t(`window.link.${loss}`)} mb="md">
          {t(`window.linkNext.${loss}`)}
        </Alert>
      )}
      {setup !== undefined && !setup.commands && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('window.viewOnly')} mb="md">
          {t('window.viewOnlyNext')}
        </Alert>
      )}
      {setup !== undefined && location !== '/setup' && <Problem setup={setup} />}
    </Stack>
  );
}

function Problem({ setup: { problem } }: { readonly setup: Setup }) {
  const t = useT();
  if (problem === null) return null;
  if (problem.kind === 'usage' && problem.code === 'settings_missing') {
    return (
      <Alert color="branch" title={t('window.notSetUp')} mb="md">
        <Button component={Link} href="/setup" mt="xs">
          {t('window.setUp')}
        </Button>
      </Alert>
    );
  }
  return <RefusalAlert refusal={problem} />;
}
