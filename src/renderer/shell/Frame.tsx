import { Alert, AppShell, Burger, Button, Group, NavLink, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type Icon, IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import { Component, type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useLinkLoss } from '../data/BridgeProvider.tsx';
import { Page } from '../parts/Page.tsx';
import { useT } from '../words/LanguageProvider.tsx';
import classes from './Frame.module.css';

/** A page that the navigation leads to. */
export interface Place {
  readonly path: string;
  readonly key:
    | 'boardPage.title'
    | 'boardPage.calendar'
    | `window.pages.${'today' | 'history' | 'tables' | 'branches' | 'schedules' | 'settings'}`;
  readonly icon: Icon;
}

/** What stays on the screen on every page: the navigation and important messages. */
export function Frame({
  places,
  banners,
  shortcuts,
  children,
}: {
  readonly places: readonly Place[];
  readonly banners?: ReactNode;
  /** Below the navigation. */
  readonly shortcuts?: ReactNode;
  /** The page for the address. */
  readonly children: ReactNode;
}) {
  const t = useT();
  const [opened, { toggle, close }] = useDisclosure();
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const page = pageOf(location);
  const before = useRef(page);
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
          <Navigation places={places} />
          {shortcuts}
        </AppShell.Navbar>
        <AppShell.Main ref={main} id="main" tabIndex={-1} className={classes.main}>
          <Stack gap="sm" aria-live="polite" className={classes.banners ?? ''}>
            <LinkLost />
            {banners}
          </Stack>
          <PageBoundary place={location}>{children}</PageBoundary>
        </AppShell.Main>
      </AppShell>
    </>
  );
}

/** The tables page stays mounted while a table's details are open, and a branch's page while its tabs change. */
function pageOf(location: string): string {
  if (location.startsWith('/tables/')) return '/tables';
  // A branch's tabs are one page.
  return location.replace(/^(\/branches\/[^/]+)\/.*/, '$1');
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

function Navigation({ places }: { readonly places: readonly Place[] }) {
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
  if (path === '/history') return ['/history', '/batch/', '/report/'].some((one) => location.startsWith(one));
  if (path === '/branches' && location === '/import-branches') return true;
  // A branch counts as one of the branches.
  return path === '/' ? location === '/' || location.startsWith('/branch/') : location.startsWith(path);
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
