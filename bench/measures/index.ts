import type { Measure } from '../measure.ts';
import { BOARD } from './board.ts';
import { EVENT_LOOP } from './eventLoop.ts';
import { FAR } from './far.ts';
import { FIRST_LOAD, FIRST_LOAD_WIDE } from './firstLoad.ts';
import { FLEET_BRANCH, FLEET_FULL, FLEET_POOLED } from './fleet.ts';
import { FULL_AGAIN } from './fullAgain.ts';
import { JOURNAL } from './journal.ts';
import { MANY_TABLES } from './many.ts';
import { MANY_AGAIN } from './manyAgain.ts';
import { OLDER_WAY } from './olderWay.ts';
import { ONE_PERCENT } from './onePercent.ts';
import { TWO_TABLES } from './twoTables.ts';
import { UNCHANGED } from './unchanged.ts';
import { VERIFY } from './verify.ts';
import { WINDOW } from './window.ts';

/** All measures, in execution order. */
export const MEASURES: readonly Measure[] = [
  FIRST_LOAD,
  FIRST_LOAD_WIDE,
  TWO_TABLES,
  FULL_AGAIN,
  UNCHANGED,
  VERIFY,
  MANY_TABLES,
  MANY_AGAIN,
  FAR,
  JOURNAL,
  FLEET_BRANCH,
  FLEET_FULL,
  FLEET_POOLED,
  OLDER_WAY,
  // After the others with these tables, because it changes rows at the branch.
  ONE_PERCENT,
  EVENT_LOOP,
  BOARD,
  WINDOW,
];
