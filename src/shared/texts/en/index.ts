import { agent } from './agent.ts';
import { batchPage } from './batchPage.ts';
import { cli } from './cli.ts';
import { connectionsPage } from './connectionsPage.ts';
import { failures } from './failures.ts';
import { help } from './help.ts';
import { historyPage } from './historyPage.ts';
import { log } from './log.ts';
import { notes } from './notes.ts';
import { notices } from './notices.ts';
import { quit } from './quit.ts';
import { schedulesPage } from './schedulesPage.ts';
import { settingsPage } from './settingsPage.ts';
import { setupPage } from './setupPage.ts';
import { tablesPage } from './tablesPage.ts';
import { todayPage } from './todayPage.ts';
import { tray } from './tray.ts';
import { troubles } from './troubles.ts';
import { usages } from './usages.ts';
import { window } from './window.ts';
import { words } from './words.ts';

/** Everything that Branchline says, in English. It also sets which keys there are. */
export const en = {
  failure: failures,
  usage: usages,
  words,
  cli,
  help,
  window,
  tray,
  notes,
  notices,
  quit,
  log,
  troubles,
  todayPage,
  batchPage,
  historyPage,
  tablesPage,
  connectionsPage,
  schedulesPage,
  settingsPage,
  setupPage,
  agent,
} as const;
