import { Alert, Box, Button, Stack } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { UsageCode } from '../../shared/errors.ts';
import type { Setup } from '../../window-api/views.ts';
import { useLinkLoss, useLive } from '../data/BridgeProvider.tsx';
import { isNotSetUp } from '../data/hindrances.ts';
import { useCall } from '../data/useCall.ts';
import { RefusalAlert } from '../parts/Refusals.tsx';
import { CopyButton } from '../parts/trouble/CopyQuestion.tsx';
import { useT } from '../words/LanguageProvider.tsx';
import classes from './Frame.module.css';

/** What a person must know on every page: that the program does not answer, or cannot work. */
export function Banners() {
  const t = useT();
  const loss = useLinkLoss();
  const { data: setup } = useCall('setup');
  const [location] = useLocation();
  return (
    <Stack gap="sm" aria-live="polite" className={classes.banners ?? ''}>
      {loss !== null && (
        <Alert color="red" icon={<IconPlugConnectedX aria-hidden />} title={t(`window.link.${loss}`)}>
          {t(`window.linkNext.${loss}`)}
        </Alert>
      )}
      {setup !== undefined && !setup.commands && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('window.viewOnly')}>
          {t('window.viewOnlyNext')}
        </Alert>
      )}
      {setup !== undefined && location !== '/setup' && <Problem setup={setup} />}
      {setup?.problem === null && <CannotWork />}
    </Stack>
  );
}

function Problem({ setup }: { readonly setup: Setup }) {
  const t = useT();
  if (setup.problem === null) return null;
  if (isNotSetUp(setup)) {
    return (
      <Alert color="branch" title={t('window.notSetUp')}>
        <Button component={Link} href="/setup" mt="xs">
          {t('window.setUp')}
        </Button>
      </Alert>
    );
  }
  return <RefusalAlert refusal={setup.problem} />;
}

/** The service cannot work though the settings are right: its folder cannot be written, belongs to another computer, or its disk is full. */
function CannotWork() {
  const refusal = useLive()?.status.refusal ?? null;
  if (refusal === null) return null;
  return (
    <RefusalAlert refusal={{ kind: 'usage', ...refusal }}>
      {refusal.code === UsageCode.InstallationCopied && (
        <Box mt="xs">
          <CopyButton batchId={null} connections={null} />
        </Box>
      )}
    </RefusalAlert>
  );
}
