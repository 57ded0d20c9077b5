import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { textOf, type WireMessage } from '../../support/proxyFraming.ts';

/** What passes at the borders of chunks, in order: `COPY` of the client's statement, `COPY 100` of the server's answer. */
function borders() {
  const seen: string[] = [];
  const passed = (message: WireMessage): void => {
    const text = ['P', 'C'].includes(message.type) ? textOf(message) : '';
    if (message.from === 'client' && /^COPY .* FROM STDIN/.test(text)) seen.push('COPY');
    if (message.from === 'server' && /^COPY \d+$/.test(text)) seen.push(text);
  };
  return { seen, observe: () => ({ passed, ended: (): void => {} }) };
}

test('a first load sends the next chunk before the last one is answered, and each is counted', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'row ' || n FROM generate_series(1, 450) n",
  );
  const { seen, observe } = borders();
  await using central = await startProxy(pair.central, observe);
  using home = makeHome(pair, { central: { port: central.port }, sync: { chunkRows: 100 } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ status: 'completed', records_processed: 450 });
  const counts = ['COPY 100', 'COPY 100', 'COPY 100', 'COPY 100', 'COPY 50'];
  expect(seen.filter((one) => one !== 'COPY')).toEqual(counts);
  // One more COPY than answers at each of them but the last.
  const ahead = seen.flatMap((one, at) =>
    one === 'COPY' ? [] : [seen.slice(0, at).filter((other) => other === 'COPY').length],
  );
  expect(ahead).toEqual([2, 3, 4, 5, 5]);
  expect(await fromCentral(pair, 'SELECT count(*)::text, sum(id)::text FROM item')).toEqual([
    ['450', '101475'],
  ]);
});
