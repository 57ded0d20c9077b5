import { Alert, Button, Checkbox, Group, Loader, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Link } from 'wouter';
import type { DoctorReport, DoctorState } from '../../../shared/doctor.ts';
import { UsageCode } from '../../../shared/errors.ts';
import { countsText, reportLines } from '../../../shared/texts/doctorText.ts';
import { useCommand } from '../../data/useCommand.ts';
import { copyText } from '../../parts/copyText.ts';
import { Page } from '../../parts/Page.tsx';
import { ErrorAlert } from '../../parts/Refusals.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { CheckList, STATE_ICONS } from './CheckList.tsx';
import { lastReport } from './lastReport.ts';

/** Checks this computer and both databases when a person asks for it, and says what to do. */
export function DoctorPage() {
  const t = useT();
  const [quick, setQuick] = useState(false);
  const [report, setReport] = useState(lastReport.current);
  const doctor = useCommand('doctor', { quiet: true });
  const run = (): void =>
    doctor.mutate([{ quick }], {
      onSuccess: (found) => {
        lastReport.current = found;
        setReport(found);
      },
    });
  return (
    <Page
      title={t('doctorPage.title')}
      actions={
        <>
          {report !== null && !doctor.isPending && <CopyReport report={report} />}
          <Button loading={doctor.isPending} onClick={run}>
            {t(report === null ? 'doctorPage.run' : 'doctorPage.again')}
          </Button>
        </>
      }
    >
      <Stack gap="xs">
        <Text maw="72ch">{t('doctorPage.intro')}</Text>
        <Checkbox
          label={t('doctorPage.quick')}
          checked={quick}
          disabled={doctor.isPending}
          onChange={(event) => setQuick(event.currentTarget.checked)}
        />
      </Stack>
      <Stack gap="lg" aria-live="polite" aria-busy={doctor.isPending}>
        {doctor.isPending && (
          <Group gap="sm" role="status">
            <Loader size="sm" aria-hidden />
            <Text>{t('doctorPage.running')}</Text>
          </Group>
        )}
        {doctor.error !== null && <ErrorAlert error={doctor.error} />}
        {report !== null && !doctor.isPending && <Result report={report} />}
      </Stack>
      {report !== null && !doctor.isPending && <CheckList report={report} />}
    </Page>
  );
}

const COLORS: Readonly<Record<DoctorState, string>> = {
  ok: 'branch',
  note: 'branch',
  unknown: 'branch',
  warning: 'yellow',
  problem: 'red',
};

/** The result in a sentence, and where to begin if nothing is set up. */
function Result({ report }: { readonly report: DoctorReport }) {
  const t = useT();
  const format = useFormat();
  const Icon = STATE_ICONS[report.state];
  const isNew = report.checks.some(
    ({ finding }) => finding.kind === 'usage' && finding.code === UsageCode.SettingsMissing,
  );
  return (
    <Alert
      color={COLORS[report.state]}
      icon={<Icon aria-hidden />}
      title={t(`doctor.result.${report.state}`)}
    >
      <Text size="sm">{countsText(report, t)}</Text>
      <Text size="sm">
        {t('doctor.checkedAt', { version: report.version, at: format.dateTime(report.at) })}
      </Text>
      {isNew && (
        <Button component={Link} href="/setup" mt="sm" size="xs">
          {t('doctorPage.toSetUp')}
        </Button>
      )}
    </Alert>
  );
}

/** The whole report as text, for a message to support. */
function CopyReport({ report }: { readonly report: DoctorReport }) {
  const t = useT();
  const copy = async (): Promise<void> => {
    const copied = await copyText(reportLines(report, t).join('\n'));
    notifications.show(
      copied
        ? { message: t('doctorPage.copied') }
        : { color: 'red', message: t('doctorPage.copyFailed'), autoClose: 15_000 },
    );
  };
  return (
    <Button variant="default" onClick={() => void copy()}>
      {t('doctorPage.copy')}
    </Button>
  );
}
