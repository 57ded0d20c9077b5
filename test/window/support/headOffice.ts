import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atCentral } from '../../support/branch.ts';
import type { DatabasePair } from '../../support/databases.ts';
import { type Home, makeHome } from '../../support/home.ts';

/** Head office's own data folder: where central is, and no connection. */
export function makeOffice(pair: DatabasePair, language: 'en' | 'id' = 'en', central: object = {}): Home {
  const home = makeHome(pair, { central: { ...central } });
  const file = join(home.folder, 'settings.json');
  const { central: place } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ central: place, language }));
  return home;
}

/** SQL of what the n-th made-up branch has: most are fine, some are late, failing, differing or interrupted. */
const FACTS = `n % 97 = 3 AS failing, n % 53 = 7 AS late, n % 61 = 9 AS differing, n % 71 = 11 AS cut`;

/** Writes that many branches into head office's tables, with a month of batches. */
export async function makeUpBranches(pair: DatabasePair, count: number): Promise<void> {
  await atCentral(pair, ...madeUpBranches(count));
}

/** The statements of {@link makeUpBranches}, for the owner of head office's tables. */
export function madeUpBranches(count: number): readonly string[] {
  return [
    `INSERT INTO branchline.installations
     SELECT 'branch_' || lpad(n::text, 4, '0'), 'made-up', (ARRAY['Bandar Lampung','Palembang','Metro','Padang','Jambi','Bengkulu','Medan','Pekanbaru','Surabaya','Makassar'])[n % 10 + 1] || ' ' || n,
       'POS-' || n, CASE WHEN n % 5 = 0 THEN '0.3.0' ELSE '0.4.0' END, now() - interval '20 minutes',
       CASE WHEN late THEN now() - interval '5 hours' ELSE now() + interval '3 hours' END, CASE WHEN n % 89 = 0 THEN 900 ELSE 2 END, 26,
       CASE WHEN late THEN now() - interval '30 hours' ELSE now() - interval '25 minutes' END, 120,
       CASE WHEN failing THEN 3 ELSE 0 END, CASE WHEN failing THEN now() - interval '2 days' END,
       CASE WHEN differing THEN 2 ELSE 0 END, CASE WHEN differing THEN now() - interval '1 day' END, NULL
     FROM (SELECT n, ${FACTS} FROM generate_series(1, ${count}) n) f`,
    `INSERT INTO branchline.sync_batches
     SELECT 'branch_' || lpad(n::text, 4, '0'), 'sync_2026_' || n || '_' || d, 'made-up',
       CASE WHEN failing AND d < 3 OR (n * 7 + d) % 41 = 0 THEN 'failed' WHEN cut AND d = 0 OR (n + d) % 67 = 0 THEN 'interrupted' ELSE 'completed' END,
       CASE WHEN cut AND d = 0 OR (n + d) % 67 = 0 THEN 'crash' END, 'schedule',
       now() - d * interval '1 day' - interval '40 minutes', now() - d * interval '1 day' - interval '25 minutes',
       120, CASE WHEN failing AND d < 3 THEN 117 ELSE 120 END, CASE WHEN failing AND d < 3 THEN 3 ELSE 0 END, 0,
       2000 + (n * 131 + d * 977) % 9000, 1000, 0, 1000000 + ((n * 131 + d * 977) % 9000)::bigint * 400, NULL
     FROM (SELECT n, ${FACTS} FROM generate_series(1, ${count}) n) f, generate_series(0, 30) d
     WHERE (n + d) % 11 <> 0`,
    'ANALYZE branchline.installations, branchline.sync_batches',
  ];
}
