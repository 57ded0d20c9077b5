import { Button, Stack, Text } from '@mantine/core';
import { transferText } from '../../../../shared/texts/transferText.ts';
import { useCall } from '../../../data/useCall.ts';
import { useCommand, useMay } from '../../../data/useCommand.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';

/** Before a connection's first copy: how much that would send and how long it would take, if a person asks. */
export function FirstCopy({ connection }: { readonly connection: string }) {
  const t = useT();
  const format = useFormat();
  const may = useMay();
  const { data: states } = useCall('tables');
  const estimate = useCommand('estimate');
  const report = estimate.data;
  const isCopied = states?.some((one) => one.connection === connection && one.success !== null) ?? true;
  if (isCopied) return null;
  const failed = report?.tables.filter((one) => one.failure !== null).length ?? 0;
  return (
    <Stack gap="xs" align="flex-start" mt="xs">
      <Button
        variant="default"
        size="sm"
        loading={estimate.isPending}
        disabled={may.whyNotRun !== undefined}
        title={may.whyNotRun}
        onClick={() => estimate.mutate([connection])}
      >
        {t('branchesPage.firstCopy.ask')}
      </Button>
      {report !== undefined && (
        <Text size="sm" role="status">
          {report.failures.length > 0
            ? t('branchesPage.firstCopy.failed')
            : transferText(report.estimate, t, format.bytes)}
          {failed > 0 && ` ${t('branchesPage.firstCopy.some', { count: failed })}`}
        </Text>
      )}
    </Stack>
  );
}
