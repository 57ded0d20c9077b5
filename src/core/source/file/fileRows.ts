import type { ExportedTable } from '../../disk/contents.ts';
import { damaged, readingFailed } from '../../disk/diskErrors.ts';
import type { ExportFile } from '../../disk/exportFile.ts';
import { copyText } from '../../postgres/keyText.ts';
import { type RowBlock, splitBlock } from '../../postgres/rowBlock.ts';
import { RowFramer } from '../../postgres/rowFramer.ts';
import { copyData, HEADER_BYTES } from '../../postgres/wire.ts';
import type { RowForm, SourceRows } from '../port.ts';
import { ReadAheadRows } from '../readAheadRows.ts';

const TAB = 0x09;

/**
 * The rows of an exported table, in the order in which they were written, which is that of its key.
 *
 * @param after only rows behind this key; null for all
 */
export function exportedRows(
  file: ExportFile,
  table: ExportedTable,
  form: Pick<RowForm, 'columns'>,
  after: readonly string[] | null,
): SourceRows {
  const all = readRows(file, table);
  const rest = after === null ? all : behind(all, prefixOf(after), file.name, table.name);
  const connection = String(file.head.connection.id);
  return new ReadAheadRows(projected(rest, table.columns, form.columns), (error) =>
    readingFailed(connection, error),
  );
}

async function* readRows(file: ExportFile, table: ExportedTable): AsyncGenerator<RowBlock> {
  for (const segment of table.segments) {
    const found: RowBlock[] = [];
    const framer = new RowFramer('text', table.columns.length, {
      rows: (block) => void found.push(block),
      other: () => {
        throw damaged(file.name, table.name);
      },
      over: () => {
        throw damaged(file.name, table.name);
      },
    });
    let rows = 0;
    for await (const bytes of file.rows(segment)) {
      framer.feed(bytes);
      for (const block of found.splice(0)) {
        rows += block.rows;
        yield block;
      }
    }
    if (rows !== segment.rows) throw damaged(file.name, `${table.name}: ${rows} rows, not ${segment.rows}`);
  }
}

/** The first bytes of the row with a key, as COPY writes them. */
function prefixOf(key: readonly string[]): Buffer {
  return Buffer.from(key.map(copyText).join('\t'), 'utf8');
}

/** The rows behind the one that begins like that. Nothing is known of how keys compare, so all before it are looked at. */
async function* behind(
  blocks: AsyncGenerator<RowBlock>,
  prefix: Buffer,
  file: string,
  table: string,
): AsyncGenerator<RowBlock> {
  let isFound = false;
  for await (const block of blocks) {
    if (isFound) {
      yield block;
      continue;
    }
    const place = placeOf(block, prefix);
    if (place === null) continue;
    isFound = true;
    if (place + 1 < block.rows) yield splitBlock(block, place + 1)[1];
  }
  if (!isFound) throw damaged(file, `${table}: the last imported row is not there`);
}

/** The number of the row in a block that begins with these bytes; null where there is none. */
function placeOf({ messages, rows }: RowBlock, prefix: Buffer): number | null {
  let offset = 0;
  for (let row = 0; row < rows; row++) {
    const end = offset + 1 + messages.readUInt32BE(offset + 1);
    const start = offset + HEADER_BYTES;
    const next = messages[start + prefix.length];
    const isEnd = next === TAB || start + prefix.length === end - 1;
    if (isEnd && messages.compare(prefix, 0, prefix.length, start, start + prefix.length) === 0) return row;
    offset = end;
  }
  return null;
}

/** Leaves out columns that central computes itself. */
async function* projected(
  blocks: AsyncGenerator<RowBlock>,
  from: readonly string[],
  to: readonly string[],
): AsyncGenerator<RowBlock> {
  const places = to.map((name) => from.indexOf(name));
  if (places.includes(-1)) throw new Error(`the export has no column ${to[places.indexOf(-1)]}`);
  const isWhole = places.length === from.length && places.every((place, index) => place === index);
  for await (const block of blocks) yield isWhole ? block : project(block, places);
}

function project({ messages, rows }: RowBlock, places: readonly number[]): RowBlock {
  const parts: Buffer[] = [];
  let lastRowAt = 0;
  let length = 0;
  for (let row = 0, offset = 0; row < rows; row++) {
    const end = offset + 1 + messages.readUInt32BE(offset + 1);
    const fields = fieldsOf(messages, offset + HEADER_BYTES, end - 1);
    const taken = places.flatMap((place, index) => {
      const field = fields[place] ?? Buffer.alloc(0);
      return index === 0 ? [field] : [SEPARATOR, field];
    });
    const message = copyData(Buffer.concat([...taken, LINE_END]));
    lastRowAt = length;
    length += message.length;
    parts.push(message);
    offset = end;
  }
  return { messages: Buffer.concat(parts), rows, lastRowAt, memory: null };
}

const SEPARATOR = Buffer.from('\t');
const LINE_END = Buffer.from('\n');

/** COPY escapes tabs in values, so each tab ends a field. */
function fieldsOf(bytes: Buffer, start: number, end: number): readonly Buffer[] {
  const fields: Buffer[] = [];
  for (let from = start; ; ) {
    const tab = bytes.indexOf(TAB, from);
    if (tab < 0 || tab >= end) return [...fields, bytes.subarray(from, end)];
    fields.push(bytes.subarray(from, tab));
    from = tab + 1;
  }
}
