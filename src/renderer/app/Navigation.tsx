import { NavLink } from '@mantine/core';
import {
  IconCalendarTime,
  IconDatabase,
  IconHistory,
  IconHome,
  IconSettings,
  IconTable,
} from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { useT } from '../words/LanguageProvider.tsx';

const PLACES = [
  { path: '/', key: 'window.pages.today', icon: IconHome },
  { path: '/history', key: 'window.pages.history', icon: IconHistory },
  { path: '/tables', key: 'window.pages.tables', icon: IconTable },
  { path: '/connections', key: 'window.pages.connections', icon: IconDatabase },
  { path: '/schedules', key: 'window.pages.schedules', icon: IconCalendarTime },
  { path: '/settings', key: 'window.pages.settings', icon: IconSettings },
] as const;

export function Navigation() {
  const t = useT();
  const [location] = useLocation();
  return PLACES.map(({ path, key, icon: Icon }) => (
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

/** A batch is a page of the history. */
function isAt(location: string, path: string): boolean {
  if (path === '/history') return location.startsWith('/history') || location.startsWith('/batch/');
  return path === '/' ? location === '/' : location.startsWith(path);
}
