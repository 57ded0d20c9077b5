import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, in the order in which they start. A fresh checkout has no times of an earlier run,
 * and a long file that starts last keeps one worker busy while the others have nothing left to do.
 */
const SLOW = [
  'window/axePages',
  'core/property/mirror',
  'window/disk',
  'corpus/to15',
  'window/keyboard',
  'window/headOffice',
  'core/keys/keyTypes',
  'window/axeSetup',
  'window/bigBatch',
  'core/compare/strategies',
  'main/stories',
  'agent/serve',
  'cli/legacy',
  'corpus/to18',
  'faults/frozenCopy',
  'faults/noProgress',
  'core/journal/prune',
  'citus/citus',
  'core/fidelity/values',
  'core/postgres/sessionSettings',
  'corpus/middleErp',
  'core/load/wire',
  'faults/clonedFolder',
  'core/disk/resume',
  'faults/noProgressStatements',
  'agent/demo',
  'cli/hostileNames',
  'window/restart',
];

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = SLOW.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return index === -1 ? SLOW.length : index;
    };
    const sorted = await super.sort(files);
    // Stable: files that are not named keep the order that the runner gives them.
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
