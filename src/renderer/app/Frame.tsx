import { AppShell, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useFirstLook } from '../data/useCall.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { Banners } from './Banners.tsx';
import classes from './Frame.module.css';
import { Logo } from './Logo.tsx';
import { Navigation } from './Navigation.tsx';
import { PageBoundary } from './PageBoundary.tsx';
import { Pages } from './Pages.tsx';
import { useRefusals } from './useRefusals.ts';

/** What stays on the screen whatever page is open: the navigation, and what must be known everywhere. */
export function Frame() {
  const t = useT();
  const [opened, { toggle, close }] = useDisclosure();
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const page = pageOf(location);
  const before = useRef(page);
  useFirstLook();
  useRefusals();
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    close();
    // Keyboards and screen readers begin at the top of the new page, not behind the link that was followed.
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
          <Navigation />
        </AppShell.Navbar>
        <AppShell.Main ref={main} id="main" tabIndex={-1} className={classes.main}>
          <Banners />
          <PageBoundary place={location}>
            <Pages />
          </PageBoundary>
        </AppShell.Main>
      </AppShell>
    </>
  );
}

/** The tables stay where they are while one of them is looked at beside them. */
function pageOf(location: string): string {
  return location.startsWith('/tables/') ? '/tables' : location;
}
