import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, in the order in which they start. A fresh checkout has no times of an earlier run,
 * and a long file that starts last keeps one worker busy while the others have nothing left to do.
 */
const SLOW = [
  'core/property/mirror',
  'corpus/to15',
  'corpus/to18',
  'corpus/largeErp',
  'window/axePages',
  'window/axeSetup',
  'faults/frozenCopy',
  'window/bigBatch',
  'core/keys/keyTypes',
  'core/compare/images',
  'core/fidelity/values',
  'agent/demo',
  'window/keyboard',
  'agent/serve',
  'faults/noProgress',
  'cli/hostileNames',
  'faults/matrix/settingsFile',
  'window/restart',
  'faults/localDisk',
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
