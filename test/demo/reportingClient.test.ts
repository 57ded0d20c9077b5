import { expect, test } from 'vitest';
import { connectTo, startServer } from '../support/servers.ts';

test('a test’s client whose server dies reports the database, the query, and the server’s log', async () => {
  await using server = await startServer();
  await server.createDatabase('branch_7');
  const client = await connectTo(server, 'branch_7');
  const asleep = client.query('SELECT pg_sleep(600)').catch((error: unknown) => String(error));

  await server.kill();

  expect(await asleep).toMatch(
    /(?:Connection terminated unexpectedly|read ECONNRESET) \(127\.0\.0\.1:\d+, branch_7 as postgres, asked: SELECT pg_sleep\(600\)\)\nThe server's log ends with:\n.*ready to accept connections/s,
  );
});
