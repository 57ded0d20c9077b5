import { renderFailedTables } from '../../../src/cli/render/batchView.ts';
import { renderEvent } from '../../../src/cli/render/eventLine.ts';
import type { EngineEvent, TableRow } from '../../../src/shared/contract.ts';
import type { FailureDetail } from '../../../src/shared/errors.ts';
import type { Language } from '../../../src/shared/texts/language.ts';
import { lookOf, tableRow } from '../../cli/rows.ts';
import { CONNECTION } from '../../support/home.ts';
import { LINES } from './few.ts';

/** What a person reads of a fault: what happened, and what to do. */
export interface Told {
  readonly sentence: string;
  readonly next: string;
}

/** The same in both languages. */
export type ToldIn = Readonly<Record<Language, Told>>;

/** What `sync-status --failed` says of a table with this failure. */
export function toldOf(failure: FailureDetail, table = LINES): ToldIn {
  const row = tableRow({
    connection: CONNECTION,
    table_name: table,
    status: 'failed',
    error_code: failure.code,
    error_message: failure.message,
    error_detail: failure,
  });
  return toldOfRow(row);
}

/** What `sync-status --failed` says of a table of a batch. */
export function toldOfRow(row: TableRow): ToldIn {
  return { en: readFailed(row, 'en'), id: readFailed(row, 'id') };
}

/** The failures that were told while a table was tried again, in their order. */
export function retries(events: readonly EngineEvent[], table = LINES): readonly FailureDetail[] {
  return events.flatMap((one) => (one.type === 'table_retrying' && one.table === table ? [one.failure] : []));
}

/** What opened the circuit: all tables of the connection that were left failed with it. */
export function circuits(events: readonly EngineEvent[]): readonly FailureDetail[] {
  return events.flatMap((one) => (one.type === 'circuit_opened' ? [one.failure] : []));
}

/** The lines that `sync-all` prints about what did not go well at once. */
export function warnings(events: readonly EngineEvent[], language: Language): readonly string[] {
  return events.flatMap((one) =>
    one.type === 'table_retrying' || one.type === 'circuit_opened'
      ? [renderEvent(one, lookOf({ language })) ?? '']
      : [],
  );
}

function readFailed(row: TableRow, language: Language): Told {
  const lines = renderFailedTables([row], lookOf({ language })).map((line) => line.trim());
  return { sentence: anyPort(lines[3] ?? ''), next: anyPort((lines.at(-1) ?? '').replace(/^\S+ {2,}/, '')) };
}

/** Servers and proxies of the tests listen where there is room. */
function anyPort(text: string): string {
  return text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:5432');
}
