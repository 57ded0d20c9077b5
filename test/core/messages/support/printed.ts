import { renderFailedTables } from '../../../../src/cli/render/batchView.ts';
import type { Engine } from '../../../../src/core/engineApi.ts';
import { failureOfRow } from '../../../../src/shared/texts/failureGroups.ts';
import { createTranslator } from '../../../../src/shared/texts/translate.ts';
import { lookOf } from '../../../cli/rows.ts';
import { sync } from '../../../support/branch.ts';
import type { TestDatabase } from '../../../support/databases.ts';

/** What `sync-status --failed` prints of a batch's failed tables. */
export function printed(engine: Engine, batchId: string): string {
  return renderFailedTables(engine.batch(batchId).tables, lookOf()).join('\n');
}

/** The SQL in what is printed: everything below the line that ends with a colon, up to an empty line. */
export function sqlIn(text: string): string {
  const [, sql] = /:\n((?:.+\n?)+)/.exec(text.slice(text.indexOf('Next'))) ?? [];
  if (sql === undefined) throw new Error(`no SQL in:\n${text}`);
  return sql.trim();
}

/** Runs SQL as somebody who pastes it into psql as the server's owner: one simple query. */
export async function paste(database: TestDatabase, sql: string): Promise<void> {
  const client = await database.connectAdmin();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The sentences and next steps of a batch's failures, in both languages, that lack a value. */
export function holes(engine: Engine, batchId: string): readonly string[] {
  const failed = engine.batch(batchId).tables.filter((row) => row.status === 'failed');
  return (['en', 'id'] as const).flatMap((language) => {
    const t = createTranslator(language);
    return failed.flatMap((row) => {
      const { sentence, next } = t.failure(failureOfRow(row));
      return [sentence, next].filter((text) => HOLE.test(text));
    });
  });
}

/** A value that was not given reads as "?". */
const HOLE = /(?:^|[\s("])\?(?:[\s).,:;"]|$)|undefined|null\b|\{\{|NaN/m;

/** How another batch ends; with what is printed of it where it fails. */
export async function outcome(engine: Engine): Promise<string> {
  const { batch } = await sync(engine);
  return batch.status === 'completed' ? batch.status : printed(engine, batch.batch_id);
}
