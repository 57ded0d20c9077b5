import { z } from 'zod';
import { ExportEnd, type ExportRecord } from '../../shared/exportRecord.ts';
import type { ReadableJournal, WritableJournal } from '../journal/journal.ts';

/** Name of the note in the journal. */
const NOTE = 'exports';

const params = z.record(z.string(), z.union([z.string(), z.number()]));
const failure = z.looseObject({ code: z.string(), kind: z.string(), message: z.string(), params });

/** Checked, because somebody may have edited the journal. */
const record = z.object({
  connection: z.string(),
  file: z.string(),
  end: z.enum(ExportEnd),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  parts: z.int().nonnegative(),
  bytes: z.number().nonnegative(),
  tables: z.int().nonnegative(),
  rows: z.number().nonnegative(),
  failed: z.array(z.object({ table: z.string(), failure })),
  refusal: z.object({ code: z.string(), params }).nullable(),
}) as unknown as z.ZodType<ExportRecord>;

/** The last export of each connection. One that says `running` although nothing runs was killed. */
export function exportRecords(journal: ReadableJournal): readonly ExportRecord[] {
  const note = z.record(z.string(), z.unknown()).safeParse(journal.serviceNote(NOTE)).data ?? {};
  return Object.values(note).flatMap((one) => record.safeParse(one).data ?? []);
}

/** Replaces the record of a connection. */
export function noteExport(journal: WritableJournal, noted: ExportRecord): void {
  journal.together(() => {
    const others = exportRecords(journal.reader).filter((one) => one.connection !== noted.connection);
    journal.setServiceNote(NOTE, Object.fromEntries([...others, noted].map((one) => [one.connection, one])));
  });
}
