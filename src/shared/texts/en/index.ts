import { batchPage, historyPage, reportPage } from './batchPages.ts';
import { boardPage } from './boardPage.ts';
import { branchesPage } from './branchesPage.ts';
import { channelsPage } from './channelsPage.ts';
import { cli } from './cli.ts';
import { counts } from './counts.ts';
import { delivery } from './delivery.ts';
import { digest } from './digest.ts';
import { disk } from './disk.ts';
import { doctor, doctorPage } from './doctor.ts';
import { failures } from './failures.ts';
import { fleet } from './fleet.ts';
import { help } from './help.ts';
import { hooks } from './hooks.ts';
import { importBranches } from './importBranches.ts';
import { requests } from './requests.ts';
import { schedulesPage, settingsPage, setupPage } from './settingsPages.ts';
import { settingsProblems } from './settingsProblems.ts';
import { shortcuts } from './shortcuts.ts';
import { strategies } from './strategies.ts';
import { tablesPage } from './tablesPage.ts';
import { todayPage } from './todayPage.ts';
import { notes, quit, tray } from './tray.ts';
import { usages } from './usages.ts';
import { agent, window } from './window.ts';
import { log, notices, troubles, words } from './words.ts';

/** Everything that Branchline says, in English. It also sets which keys there are. */
export const en = {
  failure: failures,
  usage: usages,
  settingsProblem: settingsProblems,
  words,
  counts,
  cli,
  help,
  window,
  tray,
  notes,
  delivery,
  digest,
  requests,
  fleet,
  boardPage,
  doctor,
  doctorPage,
  notices,
  quit,
  log,
  hooks,
  strategy: strategies,
  troubles,
  todayPage,
  batchPage,
  historyPage,
  reportPage,
  shortcuts,
  tablesPage,
  branchesPage,
  importBranches,
  schedulesPage,
  settingsPage,
  channelsPage,
  setupPage,
  disk,
  agent,
} as const;
