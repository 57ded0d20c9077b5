import fc from 'fast-check';
import { test } from 'vitest';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { makeHome } from '../../support/home.ts';
import { story } from './story.ts';
import { Telling } from './telling.ts';
import { Databases } from './world.ts';

/**
 * Whatever happens at the branch, on the way and at head office, and wherever passes are cut off: what is called
 * completed is equal, what is not says why, verify never calls unequal sides equal, and in the end both are equal.
 */

const RUNS = Number(process.env.BRANCHLINE_PROPERTY_RUNS ?? 75);
/** The same stories again: as the failing run has printed it. */
const SEED = Number(process.env.BRANCHLINE_PROPERTY_SEED ?? Date.now() % 2 ** 31);
/** Told side by side, each lane by a seed of its own. One lane where a seed is given, so that it is that one's. */
const LANES = Number(
  process.env.BRANCHLINE_PROPERTY_LANES ?? (process.env.BRANCHLINE_PROPERTY_SEED === undefined ? 3 : 1),
);

/** A chunk of few rows has borders everywhere; with many rows it would take minutes. */
const FEW = 4;
const MANY = 150;

test(`both sides are equal in the end, and nothing is wrong in silence before (${RUNS} stories, seed ${SEED})`, {
  timeout: 10_800_000,
  retry: 0,
}, async () => {
  const perLane = Math.ceil(RUNS / LANES);
  await Promise.all(Array.from({ length: LANES }, (_, lane) => tellStories(SEED + lane, perLane)));
});

/** Tells stories one after the other, in databases of their own: most of a story's time is waiting. */
async function tellStories(seed: number, runs: number): Promise<void> {
  await using databases = await Databases.make();
  using stamped = makeHome(databases.pair, { connection: { id: 'stamped' }, sync: { parallelTables: 1 } });
  using mirrored = makeHome(databases.pair, {
    connection: { id: 'mirrored' },
    central: { layout: 'schema' },
    sync: { parallelTables: 1 },
  });
  await using stampedEngine = stamped.open();
  await using mirroredEngine = mirrored.open();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const schema = told.layout === 'schema';
      const engine = schema ? mirroredEngine : stampedEngine;
      const settings = loadSettings((schema ? mirrored : stamped).folder);
      const large = told.steps.some((one) => one.do === 'change' && one.change.do === 'bulk');
      engine.useSettings({ ...settings, sync: { ...settings.sync, chunkRows: large ? MANY : FEW } });
      const id = schema ? 'mirrored' : 'stamped';
      const telling = new Telling(databases, engine, id, `story_${++number}`, told);
      try {
        await telling.tell();
      } finally {
        await telling.forget();
      }
    }),
    { numRuns: runs, seed, endOnFailure: process.env.BRANCHLINE_PROPERTY_SHRINK === undefined },
  );
}
