import { type FileHandle, open, rm } from 'node:fs/promises';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { partName } from '../../shared/exportParts.ts';
import { errnoOf } from '../files/folderError.ts';
import { type BlockKind, sealBlock } from './block.ts';
import type { ExportPlace } from './contents.ts';
import { encodeHeader, PART_HEADER_BYTES, type PartHeader, TRAILER_BYTES } from './header.ts';
import { openPlain } from './plainFile.ts';

export interface WriterOptions {
  readonly file: string;
  readonly partBytes: number;
  readonly key: Buffer;
  readonly header: Omit<PartHeader, 'part'>;
}

/** Appends blocks to an export, and begins the next part where one is full. */
export class PartWriter {
  readonly options: WriterOptions;
  #handle: FileHandle;
  #header: Buffer;
  #at: ExportPlace;
  /** Lengths of the parts before the current one. */
  readonly #parts: number[];

  private constructor(options: WriterOptions, handle: FileHandle, at: ExportPlace, parts: readonly number[]) {
    this.options = options;
    this.#handle = handle;
    this.#header = encodeHeader({ ...options.header, part: at.part });
    this.#at = at;
    this.#parts = [...parts];
  }

  /** Begins an export. @throws UsageError `export_exists` */
  static async create(options: WriterOptions): Promise<PartWriter> {
    await removeOwn(options, 1);
    const handle = await openNew(options.file);
    const writer = new PartWriter(options, handle, { part: 1, offset: 0, block: 0 }, []);
    await writer.#begin();
    return writer;
  }

  /** Goes on at a place. What an interrupted run has written behind it is removed. */
  static async reopen(
    options: WriterOptions,
    at: ExportPlace,
    parts: readonly number[],
  ): Promise<PartWriter> {
    const part = partName(options.file, at.part);
    if ((await ownerOf(options, at.part)) === 'other') throw exists(part);
    const handle = await open(part, 'r+');
    const writer = new PartWriter(options, handle, at, parts);
    try {
      await handle.truncate(at.offset);
      for (let next = at.part + 1; await removeOwn(options, next); ) next++;
      return writer;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Where the next block goes, unless a new part has to begin for it. */
  get at(): ExportPlace {
    return this.#at;
  }

  get parts(): readonly number[] {
    return this.#parts;
  }

  /** The header of the current part, encoded. */
  get header(): Buffer {
    return this.#header;
  }

  /** @returns where the block was written */
  async append(kind: BlockKind, contents: Buffer): Promise<ExportPlace> {
    let sealed = this.#seal(kind, contents);
    if (this.#at.offset + sealed.length + TRAILER_BYTES > this.options.partBytes) {
      await this.#nextPart();
      sealed = this.#seal(kind, contents);
    }
    const at = this.#at;
    await this.#write(sealed);
    this.#at = { ...this.#at, block: at.block + 1 };
    return at;
  }

  /** Writes the trailer, which ends the export. */
  async end(trailer: Buffer): Promise<void> {
    await this.#write(trailer);
    await this.sync();
  }

  /** Waits until everything written so far is on the disk. */
  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #seal(kind: BlockKind, contents: Buffer): Buffer {
    const { key } = this.options;
    return sealBlock(key, { kind, number: this.#at.block, header: this.#header }, contents);
  }

  async #nextPart(): Promise<void> {
    const { file, header } = this.options;
    const part = this.#at.part + 1;
    await this.sync();
    const next = await openNew(partName(file, part));
    await this.#handle.close();
    this.#handle = next;
    this.#parts.push(this.#at.offset);
    this.#header = encodeHeader({ ...header, part });
    this.#at = { ...this.#at, part, offset: 0 };
    await this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#write(this.#header);
  }

  async #write(bytes: Buffer): Promise<void> {
    // One call may write less than it was given, as at the end of a full disk.
    for (let done = 0; done < bytes.length; ) {
      const left = bytes.length - done;
      done += (await this.#handle.write(bytes, done, left, this.#at.offset + done)).bytesWritten;
    }
    this.#at = { ...this.#at, offset: this.#at.offset + bytes.length };
  }
}

/** Never follows a link and never replaces a file: on a disk that is carried, both may be somebody else's. */
async function openNew(name: string): Promise<FileHandle> {
  try {
    return await open(name, 'wx', 0o600);
  } catch (error) {
    throw errnoOf(error) === 'EEXIST' ? exists(name, error) : error;
  }
}

function exists(file: string, cause?: unknown): UsageError {
  return new UsageError(UsageCode.ExportExists, { file }, { cause });
}

/** Removes a part that an interrupted run of this export has left. @returns whether there was one */
async function removeOwn(options: WriterOptions, part: number): Promise<boolean> {
  const name = partName(options.file, part);
  const owner = await ownerOf(options, part);
  if (owner === 'other') throw exists(name);
  if (owner === 'own') await rm(name);
  return owner === 'own';
}

/** Whose file a part is. Of one that was just begun, a power cut may have left less than its header, or zeros. */
async function ownerOf({ file, header }: WriterOptions, part: number): Promise<'none' | 'own' | 'other'> {
  let handle: FileHandle;
  try {
    handle = await openPlain(partName(file, part));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'none';
    if (error instanceof UsageError) return 'other';
    throw error;
  }
  try {
    const bytes = Buffer.alloc(PART_HEADER_BYTES);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const found = bytes.subarray(0, bytesRead);
    const expected = encodeHeader({ ...header, part }).subarray(0, bytesRead);
    return found.equals(expected) || found.every((byte) => byte === 0) ? 'own' : 'other';
  } finally {
    await handle.close();
  }
}
