import { Alert, AppShell, Box, Burger, Button, Group, NavLink, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconBuildingStore,
  IconCalendarStats,
  IconCalendarTime,
  IconDatabase,
  IconHistory,
  IconHome,
  IconPlugConnectedX,
  IconSettings,
  IconTable,
} from '@tabler/icons-react';
import { Component, type ReactNode, useEffect, useRef } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { UsageCode } from '../../shared/errors.ts';
import type { Setup } from '../../window-api/views.ts';
import { useLinkLoss, useLive, useReach } from '../data/BridgeProvider.tsx';
import { Refused } from '../data/calls.ts';
import { isNotSetUp } from '../data/hindrances.ts';
import { useCall, useFirstLook } from '../data/useCall.ts';
import { useShowRefusal } from '../data/useCommand.ts';
import { BatchPage } from '../pages/batch/BatchPage.tsx';
import { BoardPage } from '../pages/board/BoardPage.tsx';
import { BranchPage } from '../pages/board/BranchPage.tsx';
import { CalendarPage } from '../pages/board/CalendarPage.tsx';
import { ConnectionsPage } from '../pages/connections/ConnectionsPage.tsx';
import { DoctorPage } from '../pages/doctor/DoctorPage.tsx';
import { HistoryPage } from '../pages/history/HistoryPage.tsx';
import { SchedulesPage } from '../pages/schedules/SchedulesPage.tsx';
import { SettingsPage } from '../pages/settings/SettingsPage.tsx';
import { SetupPage } from '../pages/setup/SetupPage.tsx';
import { TablesPage } from '../pages/tables/TablesPage.tsx';
import { TodayPage } from '../pages/today/TodayPage.tsx';
import { Loading, Page } from '../parts/Page.tsx';
import { RefusalAlert } from '../parts/Refusals.tsx';
import { CopyButton } from '../parts/trouble/CopyQuestion.tsx';
import { useT } from '../words/LanguageProvider.tsx';
import classes from './Frame.module.css';

/** What stays on the screen on every page: the navigation and important messages. */
export function Frame() {
  const t = useT();
  const [opened, { toggle, close }] = useDisclosure();
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const page = pageOf(location);
  const before = useRef(page);
  const program = useProgram();
  const isHeadOffice = program === 'head_office';
  useFirstLook();
  useRefusals();
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    close();
    // Keyboards and screen readers start at the top of the new page, not after the link that was followed.
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [page, close]);
  return (
    <>
      <button type="button" className={classes.skip} onClick={() => main.current?.focus()}>
        {t('window.skip')}
      </button>
      <AppShell
        padding="lg"
        header={{ height: { base: 52, sm: 0 } }}
        navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        transitionDuration={0}
      >
        <AppShell.Header hiddenFrom="sm" px="md">
          <Group h="100%">
            <Burger opened={opened} onClick={toggle} size="sm" aria-label={t('window.menu')} />
            <Logo />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar
          className={`${classes.side} ${opened ? '' : classes.folded}`}
          p="sm"
          aria-label={t('window.navigation')}
        >
          <Group className={classes.brand} visibleFrom="sm">
            <Logo />
          </Group>
          <Navigation places={isHeadOffice ? HEAD_OFFICE_PLACES : PLACES} />
        </AppShell.Navbar>
        <AppShell.Main ref={main} id="main" tabIndex={-1} className={classes.main}>
          {isHeadOffice ? <LinkBanner /> : <Banners />}
          <PageBoundary place={location}>
            <Pages program={program} />
          </PageBoundary>
        </AppShell.Main>
      </AppShell>
    </>
  );
}

/** Which program this window belongs to; null until it has answered. */
function useProgram(): Setup['program'] | null {
  const { data, error } = useCall('setup');
  // Without an answer the pages of a branch say why.
  return data?.program ?? (error === null ? null : 'agent');
}

/** The tables page stays mounted while a table's details are open. */
function pageOf(location: string): string {
  return location.startsWith('/tables/') ? '/tables' : location;
}

/** The product's icon, as in the tray, and its name. */
function Logo() {
  return (
    <Group gap="xs" wrap="nowrap">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <g fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth="3.4" strokeLinecap="round">
          <path d="M9 9.5v13" />
          <path d="M9 20.5c0-6 13-2 13-10" />
          <g fill="var(--mantine-primary-color-filled)" stroke="none">
            <circle cx="9" cy="6.2" r="3.1" />
            <circle cx="9" cy="25.8" r="3.1" />
            <circle cx="22" cy="7" r="3.1" />
          </g>
        </g>
      </svg>
      <Text fw={700} size="lg">
        Branchline
      </Text>
    </Group>
  );
}

const PLACES = [
  { path: '/', key: 'window.pages.today', icon: IconHome },
  { path: '/history', key: 'window.pages.history', icon: IconHistory },
  { path: '/tables', key: 'window.pages.tables', icon: IconTable },
  { path: '/connections', key: 'window.pages.connections', icon: IconDatabase },
  { path: '/schedules', key: 'window.pages.schedules', icon: IconCalendarTime },
  { path: '/settings', key: 'window.pages.settings', icon: IconSettings },
] as const;

const HEAD_OFFICE_PLACES = [
  { path: '/', key: 'boardPage.title', icon: IconBuildingStore },
  { path: '/calendar', key: 'boardPage.calendar', icon: IconCalendarStats },
] as const;

function Navigation({ places }: { readonly places: typeof PLACES | typeof HEAD_OFFICE_PLACES }) {
  const t = useT();
  const [location] = useLocation();
  return places.map(({ path, key, icon: Icon }) => (
    <NavLink
      key={path}
      component={Link}
      href={path}
      label={t(key)}
      leftSection={<Icon size={20} stroke={1.6} aria-hidden />}
      active={isAt(location, path)}
      aria-current={isAt(location, path) ? 'page' : undefined}
    />
  ));
}

/** A batch counts as part of the history, and the check-up, which is opened from there, as part of the settings. */
function isAt(location: string, path: string): boolean {
  if (path === '/settings') return location.startsWith('/settings') || location === '/doctor';
  if (path === '/history') return location.startsWith('/history') || location.startsWith('/batch/');
  // A branch counts as one of the branches.
  return path === '/' ? location === '/' || location.startsWith('/branch/') : location.startsWith(path);
}

/** Shows commands of this window that failed after they were accepted. */
function useRefusals(): void {
  const { live } = useReach();
  const show = useShowRefusal();
  useEffect(() => live.onRefused((refusal) => show(new Refused(refusal))), [live, show]);
}

interface Props {
  /** Moving to another place tries again. */
  readonly place: string;
  readonly children: ReactNode;
}

/**
 * Keeps an error in one page from emptying the whole window: React removes everything up to the nearest
 * boundary, and without this one nothing would be left to click.
 */
class PageBoundary extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override componentDidUpdate({ place }: Props): void {
    if (this.state.broken && place !== this.props.place) this.setState({ broken: false });
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const t = useT();
  return (
    <Page title={t('window.broken')}>
      <Alert
        color="red"
        role="alert"
        icon={<IconAlertTriangle aria-hidden />}
        title={t('window.brokenMeans')}
      >
        <Text size="sm">{t('window.brokenNext')}</Text>
        <Button mt="sm" size="xs" variant="default" onClick={() => window.location.reload()}>
          {t('window.loadWindow')}
        </Button>
      </Alert>
    </Page>
  );
}

/** The page for an address; Today, or the branches, for an unknown one. */
function Pages({ program }: { readonly program: Setup['program'] | null }) {
  // Which pages there are is not known yet.
  if (program === null) return <Loading />;
  if (program === 'head_office')
    return (
      <Switch>
        <Route path="/branch/:connection">
          {({ connection }) => <BranchPage key={connection} connection={connection} />}
        </Route>
        <Route path="/branch/:connection/:batch">
          {({ connection, batch }) => <BranchPage key={connection} connection={connection} batchId={batch} />}
        </Route>
        <Route path="/calendar" component={CalendarPage} />
        <Route component={BoardPage} />
      </Switch>
    );
  return (
    <Switch>
      <Route path="/history" component={HistoryPage} />
      <Route path="/batch/:id">{({ id }) => <BatchPage key={id} batchId={id} />}</Route>
      <Route path="/tables">{() => <TablesPage />}</Route>
      <Route path="/tables/:connection/:table">
        {({ connection, table }) => <TablesPage chosen={{ connection, table }} />}
      </Route>
      <Route path="/connections" component={ConnectionsPage} />
      <Route path="/schedules" component={SchedulesPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/doctor" component={DoctorPage} />
      <Route path="/setup" component={SetupPage} />
      <Route component={TodayPage} />
    </Switch>
  );
}

/** In head office's window, whose pages say themselves what is wrong at head office. */
function LinkBanner() {
  return (
    <div aria-live="polite" className={classes.banners ?? ''}>
      <LinkLost />
    </div>
  );
}

function LinkLost() {
  const t = useT();
  const loss = useLinkLoss();
  if (loss === null) return null;
  return (
    <Alert color="red" icon={<IconPlugConnectedX aria-hidden />} title={t(`window.link.${loss}`)}>
      {t(`window.linkNext.${loss}`)}
    </Alert>
  );
}

/** What a person must know on every page: the program does not answer, or cannot work. */
function Banners() {
  const t = useT();
  const { data: setup } = useCall('setup');
  const [location] = useLocation();
  return (
    <Stack gap="sm" aria-live="polite" className={classes.banners ?? ''}>
      <LinkLost />
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
