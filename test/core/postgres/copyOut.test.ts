import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { expect, test } from 'vitest';
import { CopyOut } from '../../../src/core/postgres/copyOut.ts';
import { type CopyFormat, dataBytes, lastRow, type RowBlock } from '../../../src/core/postgres/rowBlock.ts';
import { HEADER_BYTES } from '../../../src/core/postgres/wire.ts';
import { freshDatabases } from '../../support/databases.ts';

/** Small rows, rows longer than a socket's read, empty and NULL fields, and newlines inside. */
const ROWS = `SELECT n, CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE repeat(E'x\\n\\\\', n % 400) END,
  CASE WHEN n % 97 = 0 THEN repeat('long', 60000) END FROM generate_series(1, 3000) n`;

async function readOurs(
  client: pg.Client,
  text: string,
  format: CopyFormat,
  maxRows: number,
): Promise<RowBlock[]> {
  const waits = { firstRowMs: 10_000, idleMs: 10_000, wait: () => () => {}, onSilence: () => client.end() };
  const copy = client.query(new CopyOut(text, { format, columns: 3, ...waits }));
  const blocks: RowBlock[] = [];
  while (!copy.exhausted) {
    const block = copy.take(maxRows);
    if (block === null) await copy.ready(Number.POSITIVE_INFINITY);
    else blocks.push(block);
  }
  return blocks;
}

/** The rows' data, one by one, out of the messages. */
function rowsOf(blocks: readonly RowBlock[]): Buffer[] {
  const rows: Buffer[] = [];
  for (const { messages } of blocks) {
    for (let at = 0; at < messages.length; ) {
      const end = at + 1 + messages.readUInt32BE(at + 1);
      rows.push(messages.subarray(at + HEADER_BYTES, end));
      at = end;
    }
  }
  return rows;
}

for (const format of ['binary', 'text'] as const) {
  test(`${format} rows are the bytes that pg-copy-streams reads, and only whole rows come in a block`, async () => {
    await using pair = await freshDatabases();
    const client = await pair.source.connectAdmin();
    const text = `COPY (${ROWS}) TO STDOUT WITH (FORMAT ${format})`;

    const theirs: Buffer[] = [];
    for await (const piece of client.query(copyTo(text))) theirs.push(piece as Buffer);
    const blocks = await readOurs(client, text, format, 250);

    const ours = Buffer.concat(rowsOf(blocks));
    const expected = Buffer.concat(theirs);
    // Binary data begins with a header of 19 bytes and ends with a trailer of 2.
    expect(ours.equals(format === 'binary' ? expected.subarray(19, -2) : expected)).toBe(true);
    expect(blocks.reduce((sum, block) => sum + block.rows, 0)).toBe(3000);
    expect(blocks.every((block) => block.rows <= 250)).toBe(true);
    expect(blocks.reduce((sum, block) => sum + dataBytes(block), 0)).toBe(ours.length);
    const last = blocks.at(-1);
    expect(last && lastRow(last).equals(rowsOf([last]).at(-1) ?? Buffer.of())).toBe(true);
    // The connection is node-pg's again.
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
}

test('a query that fails, before rows or between them, says so and leaves the connection usable', async () => {
  await using pair = await freshDatabases();
  const client = await pair.source.connectAdmin();
  const none = 'COPY (SELECT 1, 2, 3 FROM nowhere) TO STDOUT WITH (FORMAT binary)';
  const later =
    'COPY (SELECT n, n, 1 / (2000 - n) FROM generate_series(1, 3000) n) TO STDOUT WITH (FORMAT binary)';

  await expect(readOurs(client, none, 'binary', 100)).rejects.toThrow('relation "nowhere" does not exist');
  await expect(readOurs(client, later, 'binary', 100)).rejects.toThrow('division by zero');

  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await client.end();
});

test('an empty result ends at once', async () => {
  await using pair = await freshDatabases();
  const client = await pair.source.connectAdmin();

  expect(
    await readOurs(client, 'COPY (SELECT 1, 2, 3 WHERE false) TO STDOUT WITH (FORMAT binary)', 'binary', 9),
  ).toEqual([]);
  expect(await readOurs(client, 'COPY (SELECT 1, 2, 3 WHERE false) TO STDOUT', 'text', 9)).toEqual([]);

  await client.end();
});
