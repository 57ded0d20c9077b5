import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hookMemory, setHookMemory } from '../../../src/core/hooks/hookMemory.ts';
import { withJournal } from '../../service/support.ts';

const NOTHING = { owed: false, seen: null, failing: null };

test('a hook may be called like a property of every object, and what cannot be read loses no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-hooks-'));
  try {
    withJournal(folder, (journal) => {
      const names = ['constructor', 'toString', 'refresh'];
      for (const name of names) expect(hookMemory(journal, name)).toEqual(NOTHING);
      for (const name of names) setHookMemory(journal, name, { ...NOTHING, owed: true }, names);
      for (const name of names) expect(hookMemory(journal, name).owed).toBe(true);

      journal.setServiceNote('hooks', { constructor: {}, refresh: { ...NOTHING, owed: true } });
      expect(hookMemory(journal, 'constructor')).toEqual(NOTHING);
      expect(hookMemory(journal, 'refresh').owed).toBe(true);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
