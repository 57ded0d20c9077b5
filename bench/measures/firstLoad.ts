import type { Dataset } from '../data/dataset.ts';
import { INVOICES } from '../data/invoices.ts';
import { WIDE } from '../data/wide.ts';
import { atLeast, atMost, type Goal, type Line, type Measure } from '../measure.ts';
import { forgetTables } from '../run/central.ts';
import { amountOf, cpuPerMillionRows, lineOf, speedAgainst } from '../run/lines.ts';
import { pgcopydbWay } from '../run/pgcopydb.ts';
import { alternately, branchlineWay, pipeWay, type Repeated, type Sample } from '../run/repeat.ts';
import { type Bench, fill } from '../setUp.ts';

/** Required speed relative to the references; 1 is equally fast. */
interface Goals {
  readonly pipe: number;
  readonly pgcopydb: number;
}

/** The first load of a table, compared with psql's COPY piped into psql's COPY. */
export const FIRST_LOAD: Measure = {
  name: 'first-load',
  title: 'First load of 25 columns',
  run: (bench) => firstLoad(bench, INVOICES, { pipe: 0.95, pgcopydb: 1.4 }),
};

export const FIRST_LOAD_WIDE: Measure = {
  name: 'first-load-wide',
  title: 'First load of 80 columns',
  run: (bench) => firstLoad(bench, WIDE, { pipe: 0.95, pgcopydb: 1.8 }),
};

async function firstLoad(bench: Bench, dataset: Dataset, goals: Goals): Promise<readonly Line[]> {
  await fill(bench, [dataset]);
  const { psql, pgcopydb } = bench;
  const branchline = branchlineWay(bench, { tables: [dataset.name] }, () => forgetTables(bench, [dataset]));
  const [mine, ...others] = await alternately<Sample>(bench, [
    branchline,
    ...(psql === null ? [] : [pipeWay(bench, psql, [dataset]), pipeWay(bench, psql, [dataset], 'text')]),
    ...(pgcopydb === null ? [] : [pgcopydbWay(bench, pgcopydb, [dataset])]),
  ]);
  if (mine === undefined) return [];
  const amount = amountOf(mine);
  const [binary, text] = psql === null ? [] : others;
  const copydb = pgcopydb === null ? undefined : others.at(-1);
  const against = (what: string, theirs: Repeated<Sample> | undefined, limit: number): Goal[] =>
    theirs === undefined ? [] : [atLeast(`× the speed of ${what}`, speedAgainst(theirs, mine), limit)];
  return [
    lineOf('branchline', mine, amount, [
      ...against('psql, binary', binary, goals.pipe),
      ...against('pgcopydb', copydb, goals.pgcopydb),
      atMost(
        'MB peak RSS',
        mine.median((run) => run.peakRssMb ?? Number.NaN),
        150,
      ),
      atMost('CPU seconds per million rows', cpuPerMillionRows(mine, amount), 1),
    ]),
    ...(binary === undefined ? [] : [lineOf('psql COPY | psql COPY, binary', binary, amount)]),
    ...(text === undefined ? [] : [lineOf('psql COPY | psql COPY, text', text, amount)]),
    ...(copydb === undefined ? [] : [lineOf('pgcopydb copy table-data', copydb, amount)]),
  ];
}
