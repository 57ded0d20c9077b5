import { to } from 'pg-copy-streams';
import { asOwner, type Bench } from '../setUp.ts';

/** @returns the size in bytes of a query's rows in binary COPY format */
export function copySize({ source }: Bench, query: string): Promise<number> {
  return asOwner(source.server, async (client) => {
    const stream = client.query(to(`COPY (${query}) TO STDOUT (FORMAT binary)`));
    let bytes = 0;
    for await (const data of stream) bytes += (data as Buffer).length;
    return bytes;
  });
}
