import type { Measure } from '../measure.ts';
import { FIRST_LOAD, FIRST_LOAD_WIDE } from './firstLoad.ts';
import { FULL_AGAIN } from './fullAgain.ts';
import { MANY_TABLES } from './many.ts';
import { OLDER_WAY } from './olderWay.ts';
import { TWO_TABLES } from './twoTables.ts';

/** All measures, in the order in which they run. */
export const MEASURES: readonly Measure[] = [
  FIRST_LOAD,
  FIRST_LOAD_WIDE,
  TWO_TABLES,
  FULL_AGAIN,
  MANY_TABLES,
  OLDER_WAY,
];
