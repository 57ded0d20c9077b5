import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';

const ROWS = 1_000_000;
/** All of them at once would be 360 MB, without what JavaScript adds to it. */
const PEAK_RSS_MB = 250;

const LOADER = new URL('./support/loadOnce.ts', import.meta.url).pathname;

test('a full load of a million rows runs in flat memory', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  const owner = await pair.source.connectAdmin();
  await owner.query(FILL).finally(() => owner.end());

  const { stdout } = await promisify(execFile)(process.execPath, [LOADER, home.folder]);

  const loaded = JSON.parse(stdout) as { readonly processed: number; readonly peakRssMb: number };
  expect(loaded.processed).toBe(ROWS);
  expect(loaded.peakRssMb).toBeLessThan(PEAK_RSS_MB);
});

const FILL = `
CREATE TABLE adempiere.c_invoice (
  c_invoice_id numeric(10) PRIMARY KEY,
  documentno varchar(30) NOT NULL,
  description varchar(255),
  grandtotal numeric NOT NULL,
  dateinvoiced timestamp NOT NULL
);
INSERT INTO adempiere.c_invoice
  SELECT 1000000 + n, 'INV/' || n, repeat('pengiriman ke toko ', 13), n * 1.5, timestamp '2021-01-04' + n * interval '1 minute'
  FROM generate_series(1, ${ROWS}) AS n;
ANALYZE adempiere.c_invoice`;
