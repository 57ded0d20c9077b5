import { z } from 'zod';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { qualified } from '../postgres/quote.ts';
import type { RunContext } from './connectionRun.ts';
import { tellNotice } from './tellNotice.ts';

/** What the journal keeps: the tables of a connection that have been told. */
const told = z.array(z.string());

/**
 * Tables that head office has made UNLOGGED: a crash of its server empties them. Said once for each, until it is
 * logged again.
 *
 * @param existing the tables of this run as central has them
 */
export function tellUnlogged(run: RunContext, connection: string, existing: readonly TableShape[]): void {
  const { journal } = run;
  const name = `central_unlogged/${connection}`;
  const known = told.safeParse(journal.serviceNote(name)).data ?? [];
  const unlogged = existing.filter((one) => one.unlogged.length > 0);
  const fresh = unlogged.filter((one) => !known.includes(one.name));
  const logged = new Set(existing.filter((one) => one.unlogged.length === 0).map((one) => one.name));
  if (fresh.length === 0 && !known.some((one) => logged.has(one))) return;
  for (const { schema, name: table, unlogged: places } of fresh) {
    const sql = places.map((one) => `ALTER TABLE ${qualified(one.schema, one.name)} SET LOGGED;`).join(' ');
    const notice: Notice = { code: NoticeCode.CentralUnlogged, params: { schema, table, sql } };
    tellNotice(run, connection, table, notice);
  }
  const now = [...known.filter((one) => !logged.has(one)), ...fresh.map((one) => one.name)];
  journal.togetherLazily(() => journal.setServiceNote(name, now.length === 0 ? null : now));
}
