import type { Pattern } from '../../support/proxyTraps.ts';

/** The message with which a chunk of a table is committed; `state` tells the last chunk from the others. */
export function commitOf(table: string, state: 'running' | 'done', after = 0): Pattern {
  const text = new RegExp(
    `^WITH moved AS \\(UPDATE branchline\\.checkpoints SET [^;]*state = '${state}'[^;]*table_name OPERATOR\\(pg_catalog\\.=\\) '${table}'`,
  );
  return { from: 'client', type: 'P', text, after };
}

/** A row on its way into a table of central, by its name as SQL has it. */
export function rowInto(table: string, after: number): Pattern {
  return { from: 'client', type: 'd', during: new RegExp(`COPY ${table} .*FROM STDIN`), after };
}

/** A row on its way out of a table of the source. */
export function rowOutOf(table: string, after: number): Pattern {
  return {
    from: 'server',
    type: 'd',
    during: new RegExp(`^COPY .*FROM (?:ONLY )?"adempiere"."${table}" .*TO STDOUT`),
    after,
  };
}
