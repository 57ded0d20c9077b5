import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { partName, progressName } from '../../shared/exportParts.ts';
import { BLOCK_HEADER_BYTES, BlockKind, decompress, openBlock, sealedLength } from './block.ts';
import {
  type ExportedTable,
  type ExportHead,
  type ExportPlace,
  exportHead,
  exportIndex,
  readContents,
  type Segment,
} from './contents.ts';
import { damaged, openingFailed } from './diskErrors.ts';
import {
  decodeHeader,
  decodeTrailer,
  deriveKey,
  encodeHeader,
  PART_HEADER_BYTES,
  type PartHeader,
  TRAILER_BYTES,
  type Trailer,
} from './header.ts';
import { openPlain } from './plainFile.ts';

/** A part that is open for reading. */
interface OpenPart {
  readonly name: string;
  readonly handle: FileHandle;
  readonly size: number;
  readonly header: PartHeader;
  /** As it stands in the file. */
  readonly bytes: Buffer;
}

/** A complete export, open for reading. */
export class ExportFile implements AsyncDisposable {
  readonly head: ExportHead;
  readonly tables: readonly ExportedTable[];
  readonly #file: string;
  readonly #key: Buffer;
  readonly #parts: readonly OpenPart[];
  /** Lengths of the parts before the one in which the last row stands. */
  readonly #lengths: readonly number[];
  /** Bytes read so far. */
  #read = 0;
  #reading = 0;

  private constructor(
    file: string,
    key: Buffer,
    parts: readonly OpenPart[],
    lengths: readonly number[],
    contents: { readonly head: ExportHead; readonly tables: readonly ExportedTable[] },
  ) {
    this.#file = file;
    this.#key = key;
    this.#parts = parts;
    this.#lengths = lengths;
    this.head = contents.head;
    this.tables = contents.tables;
  }

  /**
   * Opens an export: looks at all of its parts, and reads its head and its index.
   *
   * @param file the first part
   * @throws UsageError `export_missing`, `export_unfinished`, `export_part_missing`, `export_part_other`, `export_foreign`, `export_newer`, `export_damaged`, `export_unreadable`, `export_passphrase_wrong`
   */
  static async open(file: string, passphrase: string): Promise<ExportFile> {
    if (!existsSync(file)) throw new UsageError(UsageCode.ExportMissing, { file });
    if (existsSync(progressName(file))) throw new UsageError(UsageCode.ExportUnfinished, { file });
    const parts: OpenPart[] = [];
    try {
      for (let part = 1; part === 1 || existsSync(partName(file, part)); part++)
        parts.push(await openPart(file, part, parts[0]));
      return await openWhole(file, passphrase, parts);
    } catch (error) {
      await Promise.all(parts.map(({ handle }) => handle.close()));
      throw openingFailed(file, error);
    }
  }

  static async opened(
    file: string,
    key: Buffer,
    parts: readonly OpenPart[],
    trailer: Trailer,
  ): Promise<ExportFile> {
    const none = { head: {} as ExportHead, tables: [] };
    const bare = new ExportFile(file, key, parts, [], none);
    const contents: Buffer[] = [];
    const all = { part: trailer.part, offset: trailer.offset, block: trailer.block, blocks: trailer.blocks };
    for await (const one of bare.#blocks(BlockKind.Index, all)) contents.push(one);
    const index = readContents(exportIndex, Buffer.concat(contents), file, 'index');
    index.parts.forEach((length, at) => {
      const part = parts[at];
      if (part === undefined || part.size !== length) throw damaged(part?.name ?? file, 'length');
    });
    const first = { part: 1, offset: PART_HEADER_BYTES, block: 0, blocks: 1 };
    const { value: bytes = Buffer.alloc(0) } = await bare.#blocks(BlockKind.Head, first).next();
    const head = readContents(exportHead, bytes, file, 'head');
    return new ExportFile(file, key, parts, index.parts, { head, tables: index.tables });
  }

  /** The name of the first part. */
  get name(): string {
    return this.#file;
  }

  /** Differs for every export. */
  get id(): string {
    return this.#parts[0]?.header.fileId.toString('hex') ?? '';
  }

  /** Bytes read from the disk so far. */
  get bytes(): number {
    return this.#read;
  }

  /** Whether something is being read now. */
  get isReading(): boolean {
    return this.#reading > 0;
  }

  /** The blocks of a segment of rows. @throws UsageError `export_damaged`; errors of the system */
  rows(segment: Segment): AsyncGenerator<Buffer> {
    return this.#blocks(BlockKind.Rows, segment);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#parts.map(({ handle }) => handle.close()));
  }

  async *#blocks(
    kind: BlockKind,
    { blocks, ...from }: ExportPlace & { readonly blocks: number },
  ): AsyncGenerator<Buffer> {
    let { part, offset, block: number } = from;
    for (let left = blocks; left > 0; left--) {
      if (offset >= this.#lengthOf(part)) {
        part++;
        offset = PART_HEADER_BYTES;
      }
      const found = this.#parts[part - 1];
      if (found === undefined) throw damaged(this.#file, `block ${number}`);
      const place = `block ${number}`;
      const head = await this.#bytesAt(found, offset, BLOCK_HEADER_BYTES, place);
      const length = sealedLength(head, kind, found.name, place);
      const sealed = await this.#bytesAt(found, offset + BLOCK_HEADER_BYTES, length, place);
      yield await unpacked(
        openBlock(this.#key, { kind, number, header: found.bytes }, sealed, found.name),
        found.name,
        place,
      );
      offset += BLOCK_HEADER_BYTES + length;
      number++;
    }
  }

  #lengthOf(part: number): number {
    return this.#lengths[part - 1] ?? this.#parts[part - 1]?.size ?? 0;
  }

  async #bytesAt({ handle, name }: OpenPart, at: number, length: number, place: string): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    this.#reading++;
    try {
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, at + done);
        if (bytesRead === 0) throw damaged(name, place);
        done += bytesRead;
        this.#read += bytesRead;
      }
    } finally {
      this.#reading--;
    }
    return bytes;
  }
}

/** The bytes are those that were sealed, so anything else than zstd there is a mistake of the writer. */
async function unpacked(contents: Buffer, file: string, place: string): Promise<Buffer> {
  try {
    return await decompress(contents);
  } catch (error) {
    throw damaged(file, place, error);
  }
}

/** @param first the first part, where it is open already */
async function openPart(file: string, part: number, first: OpenPart | undefined): Promise<OpenPart> {
  const name = partName(file, part);
  const handle = await openPlain(name);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(PART_HEADER_BYTES);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const header = decodeHeader(bytes.subarray(0, bytesRead), name);
    if (header.part !== part || (first !== undefined && !header.fileId.equals(first.header.fileId)))
      throw new UsageError(UsageCode.ExportPartOther, { file, part: name, number: part });
    return { name, handle, size, header, bytes };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openWhole(file: string, passphrase: string, parts: readonly OpenPart[]): Promise<ExportFile> {
  const last = parts.at(-1);
  const [first] = parts;
  if (first === undefined || last === undefined) throw damaged(file, 'header');
  const { salt, cost, check: expected } = first.header;
  const { key, check } = await deriveKey(passphrase, salt, cost);
  if (!check.equals(expected)) throw new UsageError(UsageCode.ExportPassphraseWrong, { file });
  const trailer = await readTrailer(last);
  // Its last part is missing, or the end of the one before it: the message names both.
  if (trailer === null)
    throw new UsageError(UsageCode.ExportPartMissing, { file, part: partName(file, parts.length + 1) });
  return ExportFile.opened(file, key, parts, trailer);
}

async function readTrailer({ handle, size, header }: OpenPart): Promise<Trailer | null> {
  if (size < PART_HEADER_BYTES + TRAILER_BYTES) return null;
  const bytes = Buffer.alloc(TRAILER_BYTES);
  await handle.read(bytes, 0, bytes.length, size - TRAILER_BYTES);
  return decodeTrailer(bytes, encodeHeader(header));
}
