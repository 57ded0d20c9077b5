import { Alert, Box, Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCalendarTime,
  IconDatabase,
  IconHistory,
  IconHome,
  IconSettings,
  IconTable,
} from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { UsageCode } from '../../shared/errors.ts';
import type { Setup } from '../../window-api/views.ts';
import { useLive, useReach } from '../data/BridgeProvider.tsx';
import { Refused } from '../data/calls.ts';
import { isNotSetUp } from '../data/hindrances.ts';
import { useCall, useFirstLook } from '../data/useCall.ts';
import { useShowRefusal } from '../data/useCommand.ts';
import { BatchPage } from '../pages/batch/BatchPage.tsx';
import { BranchesPage } from '../pages/branches/BranchesPage.tsx';
import { BranchSettingsPage } from '../pages/branches/BranchSettingsPage.tsx';
import { ImportBranchesPage } from '../pages/branches/many/ImportBranchesPage.tsx';
import { DoctorPage } from '../pages/doctor/DoctorPage.tsx';
import { HistoryPage } from '../pages/history/HistoryPage.tsx';
import { DayReportPage } from '../pages/history/report/DayReportPage.tsx';
import { SchedulesPage } from '../pages/schedules/SchedulesPage.tsx';
import { SettingsPage } from '../pages/settings/SettingsPage.tsx';
import { SetupPage } from '../pages/setup/SetupPage.tsx';
import { TablesPage } from '../pages/tables/TablesPage.tsx';
import { TodayPage } from '../pages/today/TodayPage.tsx';
import { formerPlace } from '../parts/branchesPlace.ts';
import { RefusalAlert } from '../parts/Refusals.tsx';
import { CopyButton } from '../parts/trouble/CopyQuestion.tsx';
import { useT } from '../words/LanguageProvider.tsx';
import { Frame, type Place } from './Frame.tsx';
import { Shortcuts } from './Shortcuts.tsx';

const PLACES = [
  { path: '/', key: 'window.pages.today', icon: IconHome },
  { path: '/history', key: 'window.pages.history', icon: IconHistory },
  { path: '/tables', key: 'window.pages.tables', icon: IconTable },
  { path: '/branches', key: 'window.pages.branches', icon: IconDatabase },
  { path: '/schedules', key: 'window.pages.schedules', icon: IconCalendarTime },
  { path: '/settings', key: 'window.pages.settings', icon: IconSettings },
] as const satisfies readonly Place[];

/** A branch's window. */
export function BranchFrame() {
  useFirstLook();
  useRefusals();
  return (
    <Frame places={PLACES} banners={<Banners />} shortcuts={<Shortcuts places={PLACES} />}>
      <Pages />
    </Frame>
  );
}

/** Shows commands of this window that failed after they were accepted. */
function useRefusals(): void {
  const { live } = useReach();
  const show = useShowRefusal();
  useEffect(() => live.onRefused((refusal) => show(new Refused(refusal))), [live, show]);
}

/** The page for an address; Today for an unknown one. */
function Pages() {
  return (
    <Switch>
      <Route path="/history" component={HistoryPage} />
      <Route path="/report/:day">{({ day }) => <DayReportPage key={day} day={day} />}</Route>
      <Route path="/batch/:id">{({ id }) => <BatchPage key={id} batchId={id} />}</Route>
      <Route path="/tables">{() => <TablesPage />}</Route>
      <Route path="/tables/:connection/:table">
        {({ connection, table }) => <TablesPage chosen={{ connection, table }} />}
      </Route>
      <Route path="/branches" component={BranchesPage} />
      <Route path="/branches/:id/:tab?">
        {({ id, tab }) => <BranchSettingsPage key={id} id={id} tab={tab ?? 'overview'} />}
      </Route>
      <Route path="/import-branches" component={ImportBranchesPage} />
      <Route path="/connections" component={FormerConnections} />
      <Route path="/schedules" component={SchedulesPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/doctor" component={DoctorPage} />
      <Route path="/setup" component={SetupPage} />
      <Route component={TodayPage} />
    </Switch>
  );
}

/** What the page Branches was called before. */
function FormerConnections() {
  const search = useSearch();
  return <Redirect to={formerPlace(search)} replace />;
}

/** What a person must know on every page: the program does not answer, or cannot work. */
function Banners() {
  const t = useT();
  const { data: setup } = useCall('setup');
  const [location] = useLocation();
  return (
    <>
      {setup !== undefined && !setup.commands && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('window.viewOnly')}>
          {t('window.viewOnlyNext')}
        </Alert>
      )}
      {setup !== undefined && location !== '/setup' && <Problem setup={setup} />}
      {setup?.problem === null && <CannotWork />}
    </>
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

/**
 * The service cannot work although the settings are valid: its folder cannot be written, belongs to another
 * computer, or the disk is full.
 */
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
