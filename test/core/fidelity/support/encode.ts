import { centralGrants, SOURCE_GRANTS } from '../../../../src/demo/endpoint.ts';
import { run } from '../../../support/branch.ts';
import type { DatabasePair } from '../../../support/databases.ts';
import { connectTo } from '../../../support/servers.ts';

/** Makes the branch's database anew, in another encoding. */
export async function encode(pair: DatabasePair, encoding: string): Promise<void> {
  const { database } = pair.source;
  const owner = await connectTo(pair.source);
  try {
    await owner.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await owner.query(`CREATE DATABASE ${database} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
  } finally {
    await owner.end();
  }
  await run(pair.source, ...SOURCE_GRANTS);
}

/** The same of head office's. */
export async function encodeCentral(pair: DatabasePair, encoding: string): Promise<void> {
  const { database } = pair.central;
  const owner = await connectTo(pair.central);
  try {
    await owner.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await owner.query(`CREATE DATABASE ${database} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
  } finally {
    await owner.end();
  }
  await run(pair.central, ...centralGrants(database));
}
