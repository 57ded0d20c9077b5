import { join } from 'node:path';
import { type FarLink, type LinkSpeed, type LinkUse, startFarLink } from '../../test/support/farLink.ts';
import { noSshd, type SshServer, startSshServer } from '../../test/support/sshServer.ts';
import { type Dataset, rowsAt, SOURCE_SCHEMA } from '../data/dataset.ts';
import { MANY, manyTables } from '../data/many.ts';
import { atLeast, atMost, type Goal, type Line, type Measure } from '../measure.ts';
import { runBranchline, runVerify } from '../run/branchline.ts';
import { forgetTables } from '../run/central.ts';
import { lineOf, speedAgainst } from '../run/lines.ts';
import { runOlderWay } from '../run/olderWays.ts';
import { writePassfile } from '../run/passfile.ts';
import { pgcopydbWay } from '../run/pgcopydb.ts';
import { runPgDump } from '../run/pgDump.ts';
import { alternately, type Repeated, type Sample } from '../run/repeat.ts';
import { counting } from '../run/serverCost.ts';
import { asOwner, type Bench, fill, type SshWay } from '../setUp.ts';

/** What branches have: a line over a satellite or a mobile phone, and a usual one. */
const LINKS: readonly LinkSpeed[] = [
  { roundTripMs: 300, kbps: 1000 },
  { roundTripMs: 50, kbps: 4000 },
];
/** As many tables as the whole of an ERP's schema has. */
const ALL_OF_AN_ERP = manyTables('t_erp_', 760, 10);
/** Tables, and rows of each, that a working day changes. */
const CHANGED_TABLES = 12;
const CHANGED_ROWS = 10;

/** One run over the link, and what it has cost there. */
interface FarSample extends Sample {
  readonly use: LinkUse;
}

/** A way to do a piece of work with head office behind the link. */
interface FarWay {
  readonly what: string;
  /** Not timed. */
  before?(): Promise<unknown>;
  run(far: Bench): Promise<Omit<Sample, 'servers'>>;
  /** Whether it goes through the SSH server behind the link; default: no. */
  readonly ssh?: true;
  /** @param first the first way of the same work */
  goals?(mine: Repeated<FarSample>, first: Repeated<FarSample>): readonly Goal[];
}

/** Everything a branch does, with head office behind a slow and far link; the branch's own database is near. */
export const FAR: Measure = {
  name: 'far',
  title: 'Over a slow, far link',
  run: far,
};

async function far(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, [...MANY, ...ALL_OF_AN_ERP]);
  const lines: Line[] = [];
  for (const speed of LINKS) {
    await using link = await startFarLink(bench.central.server, speed);
    await using ssh = await sshBehind(bench, speed);
    const places = { direct: { link, over: await behind(bench, link) }, ssh };
    for (const ways of [firstLoads(bench, speed, ssh?.way ?? null), ...usualDays(bench)]) {
      lines.push(...(await measure(bench, places, speed, ways)));
    }
  }
  return lines;
}

function firstLoads(bench: Bench, speed: LinkSpeed, ssh: SshWay | null): readonly FarWay[] {
  const { pgcopydb, pgDump } = bench;
  const share = (mine: Repeated<FarSample>): number =>
    mine.median(({ use, seconds }) => use.up / (speed.kbps * 125) / seconds);
  return [
    {
      what: `first load of ${MANY.length} tables`,
      before: () => forgetTables(bench, MANY),
      run: (over) => runBranchline(over, askFor(MANY)),
      goals: (mine) => [atLeast("of the link's rate", share(mine), 0.95)],
    },
    ...(ssh === null
      ? []
      : [
          {
            what: 'the same through SSH, compressed',
            ssh: true as const,
            before: () => forgetTables(bench, MANY),
            run: (over: Bench) => runBranchline(over, askFor(MANY)),
            goals: (mine: Repeated<FarSample>, first: Repeated<FarSample>) => [
              atLeast('× the speed without compression', speedAgainst(first, mine), 3),
              atLeast("of the link's rate, in compressed bytes", share(mine), 0.9),
            ],
          },
        ]),
    ...(ssh === null || pgDump === null
      ? []
      : [
          {
            what: 'the same by pg_dump | ssh -C | psql',
            ssh: true as const,
            run: (over: Bench) => runPgDump(over, pgDump, ssh, MANY),
          },
        ]),
    ...(pgcopydb === null
      ? []
      : [{ what: 'the same by pgcopydb', run: (over: Bench) => pgcopydbWay(over, pgcopydb, MANY)() }]),
    { what: 'the same by cursors and upserts', run: (over) => runOlderWay(over, MANY) },
  ];
}

/** Each on what the ones before have left. */
function usualDays(bench: Bench): readonly (readonly FarWay[])[] {
  return [
    [
      {
        what: `${MANY.length} tables, nothing changed`,
        before: () => runBranchline(bench, askFor(MANY)),
        run: (over) => runBranchline(over, askFor(MANY)),
        goals: (mine) => [roundTrips(mine, 6), kilobytes(mine, 40)],
      },
    ],
    [
      {
        what: `${CHANGED_ROWS} rows changed in ${CHANGED_TABLES} of ${MANY.length} tables`,
        before: () => changeSome(bench),
        run: (over) => runBranchline(over, askFor(MANY)),
        goals: (mine) => [roundTrips(mine, 10)],
      },
    ],
    [
      {
        what: `verify ${MANY.length} tables, all of them equal`,
        run: (over) => runVerify(over, askFor(MANY).tables),
        goals: (mine) => [roundTrips(mine, 10), kilobytes(mine, 60)],
      },
    ],
    [
      {
        what: `${ALL_OF_AN_ERP.length} tables, nothing changed`,
        before: () => runBranchline(bench, askFor(ALL_OF_AN_ERP)),
        run: (over) => runBranchline(over, askFor(ALL_OF_AN_ERP)),
        goals: (mine) => [roundTrips(mine, 10), kilobytes(mine, 150)],
      },
    ],
  ];
}

function askFor(datasets: readonly Dataset[]) {
  return { tables: datasets.map(({ name }) => name), parallelTables: 2 };
}

function changeSome({ source }: Bench): Promise<void> {
  return asOwner(source.server, async (client) => {
    for (const { name } of MANY.slice(0, CHANGED_TABLES)) {
      await client.query(
        `UPDATE ${SOURCE_SCHEMA}.${name} SET updated = clock_timestamp()
         WHERE id IN (SELECT id FROM ${SOURCE_SCHEMA}.${name} ORDER BY random() LIMIT ${CHANGED_ROWS})`,
      );
    }
  });
}

function roundTrips(mine: Repeated<FarSample>, limit: number): Goal {
  return atMost(
    'round trips after sign-in',
    mine.median(({ use }) => use.roundTrips),
    limit,
  );
}

function kilobytes(mine: Repeated<FarSample>, limit: number): Goal {
  return atMost(
    'KB both ways',
    mine.median(({ use }) => (use.up + use.down) / 1e3),
    limit,
  );
}

/** Times ways to do one piece of work, in turn. */
async function measure(
  bench: Bench,
  places: Places,
  { roundTripMs, kbps }: LinkSpeed,
  ways: readonly FarWay[],
): Promise<readonly Line[]> {
  const repeated = await alternately<FarSample>(
    bench,
    ways.map((way) => async () => {
      const { link, over } = (way.ssh && places.ssh) || places.direct;
      await way.before?.();
      link.reset();
      const { result, servers } = await counting(bench, () => way.run(over));
      return { ...result, servers, use: link.use };
    }),
  );
  const rows = MANY.reduce((all, dataset) => all + rowsAt(dataset, bench.options.rowsScale), 0);
  return repeated.map((mine, index) => {
    const way = ways[index];
    const facts = {
      'KB to head office': mine.median(({ use }) => use.up / 1e3),
      'KB from head office': mine.median(({ use }) => use.down / 1e3),
      'round trips after sign-in': mine.median(({ use }) => use.roundTrips),
      connections: mine.median(({ use }) => use.connections),
    };
    const what = `${kbps / 1000} Mbit/s, ${roundTripMs} ms: ${way?.what ?? ''}`;
    return lineOf(what, mine, { rows, bytes: null }, way?.goals?.(mine, repeated[0] ?? mine) ?? [], facts);
  });
}

/** The bench with head office behind the link. */
async function behind(bench: Bench, link: FarLink): Promise<Bench> {
  const passfile = join(bench.home, 'pgpass-far');
  await writePassfile(passfile, [bench.source.server, link]);
  const { host, port } = link;
  return { ...bench, passfile, central: { ...bench.central, host, port } };
}

/** Where head office is reached. */
interface Place {
  readonly link: FarLink;
  /** The bench with head office behind the link. */
  readonly over: Bench;
}

interface Places {
  readonly direct: Place;
  readonly ssh: Place | null;
}

/** An SSH server beside head office's, behind a link like the other one; null where there is no sshd. */
async function sshBehind(
  bench: Bench,
  speed: LinkSpeed,
): Promise<(Place & AsyncDisposable & { readonly way: SshWay }) | null> {
  if (noSshd() !== null) return null;
  const server: SshServer = await startSshServer({ keyOptions: '' });
  const link = await startFarLink({ host: server.host, port: server.port, password: '' }, speed);
  const way = { host: link.host, port: link.port, user: server.user, keyFile: server.keyFile };
  return {
    link,
    over: { ...bench, central: { ...bench.central, ssh: way } },
    way,
    [Symbol.asyncDispose]: async () => {
      await link[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
