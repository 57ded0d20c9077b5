import { to } from 'pg-copy-streams';
import { asOwner, type Bench } from '../setUp.ts';

/** @returns bytes that binary COPY takes for a query's rows at the branch */
export function copySize({ source }: Bench, query: string): Promise<number> {
  return asOwner(source.server, async (client) => {
    const stream = client.query(to(`COPY (${query}) TO STDOUT (FORMAT binary)`));
    let bytes = 0;
    for await (const data of stream) bytes += (data as Buffer).length;
    return bytes;
  });
}
