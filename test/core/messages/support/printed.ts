import { renderFailedTables } from '../../../../src/cli/render/failedTables.ts';
import type { Engine } from '../../../../src/core/engineApi.ts';
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

/** The values that a failure's texts lack. */
export function holes(engine: Engine, batchId: string): readonly string[] {
  return (['en', 'id'] as const).flatMap((language) => {
    const text = renderFailedTables(engine.batch(batchId).tables, {
      ...lookOf(),
      t: createTranslator(language),
    }).join('\n');
    return /(?:^|[\s("])\?(?:[\s).,:"]|$)|undefined|\{\{|null\b/m.test(text) ? [text] : [];
  });
}

/** How another batch ends; with what is printed of it where it fails. */
export async function outcome(engine: Engine): Promise<string> {
  const { batch } = await sync(engine);
  return batch.status === 'completed' ? batch.status : printed(engine, batch.batch_id);
}
