import Database from 'better-sqlite3';
import { expect, expectTypeOf, test } from 'vitest';
import { moveBatch } from '../../../src/core/journal/batches.ts';
import type { ReadableJournal, WritableJournal } from '../../../src/core/journal/journal.ts';
import { openJournal, openJournalToRead } from '../../../src/core/journal/openJournal.ts';
import { findBatch } from '../../../src/core/journal/queries.ts';
import { openStore, type ReadableStore, type WritableStore } from '../../../src/core/journal/store.ts';
import { standingOf } from '../../../src/core/standing/standing.ts';
import { PauseKeeper, pauseIn } from '../../../src/service/pause.ts';
import { freshFolder, journalIn, planOf, realPorts } from './support/world.ts';

// `expectTypeOf` is checked by the compiler (`npm run typecheck`), not by this test's run.

test('a handle that writes is not accepted where only reading is done, nor the other way round', () => {
  expectTypeOf<WritableJournal>().not.toExtend<ReadableJournal>();
  expectTypeOf<ReadableJournal>().not.toExtend<WritableJournal>();
  expectTypeOf<WritableJournal['reader']>().toEqualTypeOf<ReadableJournal>();
  expectTypeOf(openJournalToRead).returns.toEqualTypeOf<ReadableJournal>();
  expectTypeOf(openJournal).returns.toHaveProperty('journal').toEqualTypeOf<WritableJournal>();

  expectTypeOf(standingOf).parameter(0).toEqualTypeOf<ReadableJournal>();
  expectTypeOf(pauseIn).parameter(0).toEqualTypeOf<ReadableJournal>();
  expectTypeOf(PauseKeeper).constructorParameters.toEqualTypeOf<[journal: WritableJournal]>();
});

test('an object that merely has the methods is no handle', () => {
  type Methods<T> = { readonly [K in keyof T as K extends string ? K : never]: T[K] };
  expectTypeOf<Methods<ReadableJournal>>().not.toExtend<ReadableJournal>();
  expectTypeOf<Methods<WritableJournal>>().not.toExtend<WritableJournal>();
  expectTypeOf<Methods<ReadableStore>>().not.toExtend<ReadableStore>();
});

test('a change reads in its own transaction, but a query cannot change anything', () => {
  expectTypeOf<WritableStore>().toExtend<ReadableStore>();
  expectTypeOf<ReadableStore>().not.toExtend<WritableStore>();
  expectTypeOf(findBatch).parameter(0).toEqualTypeOf<ReadableStore>();
  expectTypeOf(moveBatch).parameter(0).toEqualTypeOf<WritableStore>();
});

test('a journal for reading has no method that writes', () => {
  const journal = journalIn(freshFolder());
  const { reader } = journal;
  const writes = Object.keys(journal).filter((name) => !(name in reader));
  expect(writes).toEqual(expect.arrayContaining(['beginBatch', 'logEvent', 'setServiceNote', 'prune']));
  // All that it does have is a query: SQLite itself refuses to write through this handle.
  const folder = freshFolder();
  openJournal(folder, realPorts).journal.close();
  const db = new Database(`${folder}/journal.db`, { readonly: true });
  const store = openStore(db, () => {});
  expect(() => store.run('DELETE FROM sync_batches')).toThrow(/journal_failed|readonly/);
  store.close();
});

test('the reader of a journal sees what its open transaction has written', () => {
  const journal = journalIn(freshFolder());
  journal.together(() => {
    const { batch_id } = journal.beginBatch(planOf('ad_org'));
    expect(journal.reader.runningBatch()?.batch_id).toBe(batch_id);
  });
});
