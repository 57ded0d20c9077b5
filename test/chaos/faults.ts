import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '../support/proxy.ts';
import type { Fault, Pattern } from '../support/proxyTraps.ts';
import { connectTo, type TestServer } from '../support/servers.ts';
import type { ChaosPlace } from './place.ts';

/** What a fault hurts; nothing is hurt twice at a time. */
export type Part = 'service' | 'source' | 'central' | 'sourceLink' | 'centralLink' | 'ssh';

export interface FaultKind {
  readonly name: string;
  readonly part: Part;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  readonly kill?: true;
  /** Does it and mends it again. @returns whether it has happened */
  happen(place: ChaosPlace, random: () => number): Promise<boolean>;
}

const LONGEST_DOWN_MS = 4000;
/** Longer than the longest time-out of an answer in serviceMain.ts. */
const LONGEST_FREEZE_MS = 8000;
/** A message that has not come by then does not come soon. */
const TRAP_MS = 4000;
const MOST_ROWS_BEFORE = 500;

const SERVICE: readonly FaultKind[] = [
  {
    name: 'service killed',
    part: 'service',
    weight: 5,
    kill: true,
    happen: async ({ service }, random) => {
      await service.kill();
      await sleep(random() * LONGEST_DOWN_MS);
      service.start();
      return true;
    },
  },
  {
    name: 'service shut down',
    part: 'service',
    weight: 1,
    happen: async ({ service }, random) => {
      await service.stop();
      await sleep(random() * LONGEST_DOWN_MS);
      service.start();
      return true;
    },
  },
];

const SIDES: readonly FaultKind[] = (['source', 'central'] as const).flatMap((side) => [
  {
    name: `${side} killed`,
    part: side,
    weight: 3,
    kill: true,
    happen: async (place, random) => {
      await place[side].kill();
      return downFor(place[side], random);
    },
  },
  {
    name: `${side} shut down`,
    part: side,
    weight: 1,
    happen: async (place, random) => {
      await place[side].stop('fast');
      return downFor(place[side], random);
    },
  },
  {
    name: `${side}'s backends ended`,
    part: side,
    weight: 1,
    happen: (place) => endBackends(place[side]),
  },
]);

const LINKS: readonly FaultKind[] = (['sourceLink', 'centralLink'] as const).flatMap((part) => [
  {
    name: `${part} cut`,
    part,
    weight: 3,
    happen: async (place) => {
      place[part].cutAll();
      return true;
    },
  },
  {
    name: `${part} frozen`,
    part,
    weight: 2,
    happen: async (place, random) => {
      place[part].freeze();
      await sleep(random() * LONGEST_FREEZE_MS);
      place[part].thaw();
      return true;
    },
  },
  {
    // What a router leaves that forgot its connections: they stay silent for good, new ones pass.
    name: `${part}'s connections forgotten`,
    part,
    weight: 1,
    happen: async (place, random) => {
      place[part].freezeOpen();
      await sleep(random() * LONGEST_FREEZE_MS);
      return true;
    },
  },
]);

const COMMIT: Pattern = {
  from: 'client',
  type: 'P',
  text: /^WITH moved AS \(UPDATE branchline\.checkpoints/,
};
const ROW_IN: Pattern = { from: 'client', type: 'd', during: /COPY [^;]* FROM STDIN[^;]*$/ };
const ROW_OUT: Pattern = { from: 'server', type: 'd', during: /^COPY .* TO STDOUT/s };
const SIGN_IN: Pattern = { from: 'server', type: 'R' };

const MESSAGES: readonly FaultKind[] = [
  trapped('cut before a COMMIT', 'centralLink', COMMIT, 'cut'),
  trapped('cut behind a COMMIT', 'centralLink', COMMIT, 'cut_after_answer'),
  trapped('client lost in a COMMIT', 'centralLink', COMMIT, 'strand'),
  trapped('cut in a COPY into central', 'centralLink', ROW_IN, 'cut'),
  trapped('client lost in a COPY into central', 'centralLink', ROW_IN, 'strand'),
  trapped('cut in a COPY out of the source', 'sourceLink', ROW_OUT, 'cut'),
  trapped('frozen in a COPY out of the source', 'sourceLink', ROW_OUT, 'freeze'),
  trapped('cut in a sign-in to the source', 'sourceLink', SIGN_IN, 'cut'),
  trapped('cut in a sign-in to central', 'centralLink', SIGN_IN, 'cut'),
];

const SSH: readonly FaultKind[] = [
  {
    name: "SSH server's connections cut",
    part: 'ssh',
    weight: 3,
    happen: async ({ ssh }) => {
      await ssh?.cutAll();
      return true;
    },
  },
  {
    name: 'SSH server frozen',
    part: 'ssh',
    weight: 2,
    happen: async ({ ssh }, random) => {
      await ssh?.freeze();
      await sleep(random() * LONGEST_FREEZE_MS);
      await ssh?.thaw();
      return true;
    },
  },
];

export const FAULTS: readonly FaultKind[] = [...SERVICE, ...SIDES, ...LINKS, ...MESSAGES];

/** Everything that can happen at a place. */
export function faultsOf({ ssh }: ChaosPlace): readonly FaultKind[] {
  return ssh === null ? FAULTS : [...FAULTS, ...SSH];
}

/** Several parts at the same moment. */
export const TOGETHER: readonly (readonly string[])[] = [
  ['service killed', 'source killed'],
  ['service killed', 'central killed'],
  ['source killed', 'central killed'],
  ['service killed', 'source killed', 'central killed', 'sourceLink cut', 'centralLink cut'],
  ['service killed', "centralLink's connections forgotten"],
  ['central killed', 'sourceLink frozen'],
  ['sourceLink frozen', 'centralLink frozen'],
  ['service shut down', 'centralLink frozen'],
];

function trapped(
  name: string,
  part: 'sourceLink' | 'centralLink',
  pattern: Pattern,
  fault: Fault,
): FaultKind {
  return {
    name,
    part,
    weight: 1,
    happen: async (place, random) => {
      const link: FaultProxy = place[part];
      const after = pattern.type === 'd' ? Math.floor(random() * MOST_ROWS_BEFORE) : Math.floor(random() * 5);
      const patience = new AbortController();
      const sprung = link.trap({ ...pattern, after }, fault).then(() => true);
      const missed = sleep(TRAP_MS, false, { signal: patience.signal });
      const happened = await Promise.race([sprung, missed]);
      patience.abort();
      if (!happened) link.disarm();
      return happened;
    },
  };
}

async function downFor(server: TestServer, random: () => number): Promise<boolean> {
  await sleep(random() * LONGEST_DOWN_MS);
  await server.restart();
  return true;
}

async function endBackends(server: TestServer): Promise<boolean> {
  const client = await connectTo(server);
  try {
    const ended = await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'branchline/%'",
    );
    return (ended.rowCount ?? 0) > 0;
  } finally {
    await client.end();
  }
}
