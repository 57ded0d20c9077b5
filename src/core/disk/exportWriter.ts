import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { partName, progressName } from '../../shared/exportParts.ts';
import type { RowBlock } from '../postgres/rowBlock.ts';
import {
  BLOCK_BYTES,
  BLOCK_HEADER_BYTES,
  BlockKind,
  compress,
  decompress,
  openBlock,
  sealBlock,
  sealedLength,
} from './block.ts';
import {
  type ExportedTable,
  type ExportHead,
  type ExportPlace,
  type ExportProgress,
  exportProgress,
  type OpenTable,
  readContents,
} from './contents.ts';
import { damaged } from './diskErrors.ts';
import {
  decodeHeader,
  deriveKey,
  encodeHeader,
  encodeTrailer,
  PART_HEADER_BYTES,
  type PartHeader,
  SCRYPT_COST,
  type ScryptCost,
} from './header.ts';
import { PartWriter } from './partFiles.ts';
import { openPlain } from './plainFile.ts';

/** Blocks that are compressed at the same time: enough for the cores of a small machine. */
const MOST_COMPRESSING = 3;

export interface NewExport {
  readonly head: ExportHead;
  readonly names: readonly string[];
  readonly partBytes: number;
}

/** Writes an export: rows in blocks, then the index. Its state is kept beside it, so that it can be continued. */
export class ExportWriter {
  readonly #file: string;
  readonly #key: Buffer;
  readonly #header: Buffer;
  #parts: PartWriter;
  #state: ExportProgress;
  #raw = Buffer.allocUnsafe(BLOCK_BYTES);
  #filled = 0;
  /** Blocks on their way to the disk, in order. */
  #writing: Promise<void> = Promise.resolve();
  #compressing = 0;
  #failure: unknown = null;
  /** Rows of the open segment. */
  #rows = 0;
  #begun: ExportPlace | null = null;
  #blocks = 0;
  #bytes = 0;

  private constructor(file: string, key: Buffer, header: Buffer, parts: PartWriter, state: ExportProgress) {
    this.#file = file;
    this.#key = key;
    this.#header = header;
    this.#parts = parts;
    this.#state = state;
  }

  /**
   * Begins an export, or goes on with an unfinished one of this name.
   *
   * @throws UsageError `export_exists`, `export_passphrase_wrong`, `export_connection_other`, `export_damaged`
   */
  static async open(
    file: string,
    passphrase: string,
    begin: NewExport,
    cost: ScryptCost = SCRYPT_COST,
  ): Promise<ExportWriter> {
    const progress = progressName(file);
    if (existsSync(progress)) return resume(file, passphrase, begin);
    if (existsSync(file)) throw new UsageError(UsageCode.ExportExists, { file });
    const salt = randomBytes(16);
    const { key, check } = await deriveKey(passphrase, salt, cost);
    const header: PartHeader = { part: 1, fileId: randomBytes(16), salt, cost, check };
    const state: ExportProgress = { ...copyOf(begin), at: null, parts: [], tables: [], open: null };
    // Before the export itself: a file without it could not be continued, and would not be replaced.
    await writeProgress(file, key, encodeHeader(header), state);
    try {
      return await ExportWriter.begin(file, key, header, state);
    } catch (error) {
      // Nothing was written that could be continued.
      await rm(progress, { force: true });
      throw error;
    }
  }

  /** @param header of the first part */
  static async begin(
    file: string,
    key: Buffer,
    header: PartHeader,
    state: ExportProgress,
  ): Promise<ExportWriter> {
    const options = { file, partBytes: state.partBytes, key, header };
    const { at } = state;
    const parts =
      at === null ? await PartWriter.create(options) : await PartWriter.reopen(options, at, state.parts);
    const writer = new ExportWriter(file, key, encodeHeader(header), parts, state);
    try {
      if (at === null) {
        await parts.append(BlockKind.Head, await compress(Buffer.from(JSON.stringify(state.head))));
        await writer.#save(null);
      }
      return writer;
    } catch (error) {
      await parts.close();
      throw error;
    }
  }

  get head(): ExportHead {
    return this.#state.head;
  }

  get names(): readonly string[] {
    return this.#state.names;
  }

  get tables(): readonly ExportedTable[] {
    return this.#state.tables;
  }

  /** The table in which an earlier run was interrupted. */
  get open(): OpenTable | null {
    return this.#state.open;
  }

  /** Bytes in all parts so far. */
  get bytes(): number {
    return this.#parts.parts.reduce((sum, one) => sum + one, this.#parts.at.offset);
  }

  /** Bytes of rows since the state was last kept. */
  get unkeptBytes(): number {
    return this.#bytes;
  }

  /** Takes rows of the open segment. They are written when a block is full. */
  async add(block: RowBlock): Promise<void> {
    this.#begun ??= await this.#settled();
    this.#rows += block.rows;
    this.#bytes += block.messages.length;
    for (let from = 0; from < block.messages.length; ) {
      const taken = block.messages.copy(this.#raw, this.#filled, from);
      this.#filled += taken;
      from += taken;
      if (this.#filled === BLOCK_BYTES) await this.#flush();
    }
    block.memory?.transfer(0);
  }

  /**
   * Writes the rows that were added, and keeps the state, so that an interrupted export goes on behind them.
   *
   * @param after key of the last row
   * @returns the table with these rows
   */
  async keep(open: OpenTable, after: readonly string[] | null): Promise<OpenTable> {
    const kept = {
      ...open,
      table: await this.#withRows(open.table),
      after: after === null ? null : [...after],
    };
    await this.#save(kept);
    return kept;
  }

  /** Writes the rows that were added, and ends their table. */
  async endTable(table: ExportedTable): Promise<ExportedTable> {
    const whole = await this.#withRows(table);
    this.#state = { ...this.#state, tables: [...this.#state.tables, whole] };
    await this.#save(null);
    return whole;
  }

  /** Removes everything that was written since the state was last kept. */
  async rewind(): Promise<void> {
    await this.#writing.catch(() => {});
    this.#filled = 0;
    this.#compressing = 0;
    this.#failure = null;
    this.#writing = Promise.resolve();
    this.#beginSegment();
    const { at, parts } = this.#state;
    if (at === null) throw new Error('nothing was kept yet');
    await this.#parts.close();
    this.#parts = await PartWriter.reopen(this.#parts.options, at, parts);
  }

  /** Writes the index and ends the export. */
  async finish(): Promise<{ readonly parts: number; readonly bytes: number }> {
    await this.#settled();
    const { tables } = this.#state;
    const { at: last, parts } = this.#parts;
    const index = Buffer.from(JSON.stringify({ tables, parts: [...parts] }));
    let first: ExportPlace | null = null;
    let blocks = 0;
    for (let from = 0; from < index.length; from += BLOCK_BYTES) {
      const contents = await compress(index.subarray(from, from + BLOCK_BYTES));
      const at = await this.#parts.append(BlockKind.Index, contents);
      first ??= at;
      blocks++;
    }
    const { part, offset, block } = first ?? last;
    await this.#parts.end(encodeTrailer({ part, offset, block, blocks }, this.#parts.header));
    await rm(progressName(this.#file));
    return { parts: this.#parts.at.part, bytes: this.bytes };
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#parts.close();
  }

  /** Writes the open segment. @returns the table with it */
  async #withRows(table: ExportedTable): Promise<ExportedTable> {
    await this.#flush();
    await this.#settled();
    const segments = this.#begun === null ? [] : [{ ...this.#begun, blocks: this.#blocks, rows: this.#rows }];
    this.#beginSegment();
    return { ...table, segments: [...table.segments, ...segments] };
  }

  #beginSegment(): void {
    this.#begun = null;
    this.#rows = 0;
    this.#blocks = 0;
    this.#bytes = 0;
  }

  /** Hands the collected bytes over to be compressed and written. */
  async #flush(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#filled === 0) return;
    const contents = this.#raw.subarray(0, this.#filled);
    this.#raw = Buffer.allocUnsafe(BLOCK_BYTES);
    this.#filled = 0;
    this.#blocks++;
    const compressed = compress(contents);
    compressed.catch(() => {});
    this.#compressing++;
    this.#writing = this.#writing.then(async () => {
      await this.#parts.append(BlockKind.Rows, await compressed);
      this.#compressing--;
    });
    this.#writing.catch((error: unknown) => {
      this.#failure ??= error;
    });
    if (this.#compressing >= MOST_COMPRESSING) await this.#writing;
  }

  async #settled(): Promise<ExportPlace> {
    await this.#writing;
    return this.#parts.at;
  }

  async #save(openTable: OpenTable | null): Promise<void> {
    await this.#parts.sync();
    const { at, parts } = this.#parts;
    this.#state = { ...this.#state, at, parts: [...parts], open: openTable };
    await writeProgress(this.#file, this.#key, this.#header, this.#state);
  }
}

function copyOf({ head, names, partBytes }: NewExport): Pick<ExportProgress, 'head' | 'names' | 'partBytes'> {
  return { head, names: [...names], partBytes };
}

async function resume(file: string, passphrase: string, begin: NewExport): Promise<ExportWriter> {
  const progress = progressName(file);
  const bytes = await readProgressFile(progress);
  const header = decodeHeader(bytes.subarray(0, PART_HEADER_BYTES), progress);
  const { key, check } = await deriveKey(passphrase, header.salt, header.cost);
  if (!check.equals(header.check)) throw new UsageError(UsageCode.ExportPassphraseWrong, { file });
  const state = await readProgress(bytes, key, progress);
  const found = state.head.connection.id;
  const wanted = begin.head.connection.id;
  if (found !== wanted)
    throw new UsageError(UsageCode.ExportConnectionOther, {
      file,
      connection: String(wanted),
      found: String(found),
    });
  if (state.head.identity !== begin.head.identity)
    throw new UsageError(UsageCode.ExportSourceChanged, { file, connection: String(wanted) });
  if (state.at !== null && !existsSync(partName(file, state.at.part)))
    throw new UsageError(UsageCode.ExportPartMissing, { file, part: partName(file, state.at.part) });
  return ExportWriter.begin(file, key, header, { ...state, partBytes: begin.partBytes });
}

/** The state of 1,000 tables with 1,600 columns each takes a tenth of it. */
const MOST_PROGRESS_BYTES = 256 * 1024 * 1024;

async function readProgressFile(progress: string): Promise<Buffer> {
  const handle = await openPlain(progress);
  try {
    if ((await handle.stat()).size > MOST_PROGRESS_BYTES) throw damaged(progress, 'progress');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

const PROGRESS_PLACE = { kind: BlockKind.Progress, number: 0 } as const;

/** Replaces the state atomically, also through a power cut. */
async function writeProgress(
  file: string,
  key: Buffer,
  header: Buffer,
  state: ExportProgress,
): Promise<void> {
  const progress = progressName(file);
  const contents = await compress(Buffer.from(JSON.stringify(state)));
  // What a run that was killed has left. Then a new file, so that no link there is followed.
  await rm(`${progress}.new`, { force: true });
  const handle: FileHandle = await open(`${progress}.new`, 'wx', 0o600);
  try {
    await handle.writeFile(Buffer.concat([header, sealBlock(key, { ...PROGRESS_PLACE, header }, contents)]));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${progress}.new`, progress);
}

async function readProgress(bytes: Buffer, key: Buffer, progress: string): Promise<ExportProgress> {
  const header = bytes.subarray(0, PART_HEADER_BYTES);
  const block = bytes.subarray(PART_HEADER_BYTES);
  const length = sealedLength(block, BlockKind.Progress, progress, 'progress');
  const sealed = block.subarray(BLOCK_HEADER_BYTES);
  if (sealed.length !== length) throw damaged(progress, 'progress');
  const contents = await decompress(openBlock(key, { ...PROGRESS_PLACE, header }, sealed, progress));
  return readContents(exportProgress, contents, progress, 'progress');
}
