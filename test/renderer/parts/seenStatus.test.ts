import { expect, test } from 'vitest';
import { seenStatus } from '../../../src/renderer/parts/seenStatus.ts';
import { TableStatus } from '../../../src/shared/status.ts';

test('a table of a batch that was cut off is not shown as being copied', () => {
  expect(seenStatus(TableStatus.InProgress, true)).toBe('in_progress');
  expect(seenStatus(TableStatus.InProgress, false)).toBe('halted');
  for (const status of Object.values(TableStatus))
    if (status !== TableStatus.InProgress) expect(seenStatus(status, false)).toBe(status);
});
