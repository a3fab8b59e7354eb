import type { FileHandle } from 'node:fs/promises';

/** What the central directory of a zip says about one file. */
export interface ZipEntry {
  /** With `/` between folders; Windows' own zips have backslashes. */
  path: string;
  /** Uncompressed and compressed size, in bytes. */
  bytes: number;
  packedBytes: number;
  /** 0 stored, 8 deflated. */
  method: number;
  crc32: number;
  isEncrypted: boolean;
  isSymbolicLink: boolean;
  /** A zip has no time zone: read as UTC. */
  modifiedAt: Date;
  /** Where its local header starts. */
  headerOffset: number;
}

/** Where the central directory lies. Offsets of entries count from `base`. */
interface Directory {
  start: number;
  end: number;
  base: number;
  /** The number of entries; its lower 16 bits without Zip64. */
  count: number;
  isZip64: boolean;
}

/** Signatures and field offsets as in PKWARE's APPNOTE 6.3.10, section 4.3. */
const SIGNATURE = { entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
const END_BYTES = 22;
const END64_BYTES = 56;
const LOCATOR_BYTES = 20;
const ENTRY_BYTES = 46;
const MAX_COMMENT_BYTES = 65_535;
const WINDOW_BYTES = 256 * 1024;
const TWO_32 = 2 ** 32;

/**
 * Lists a zip by its central directory. The directory's size decides where it ends, not its count of
 * entries: Finder writes only the lower 16 bits of the count, and the lower 32 bits of offsets. Bytes
 * after the end of the zip and before its start are passed over.
 * @throws Error when the directory is missing or damaged.
 */
export async function* readZipDirectory(file: FileHandle): AsyncGenerator<ZipEntry> {
  const directory = await findDirectory(file);
  const reader = new WindowReader(file, directory.end);
  let position = directory.start;
  let count = 0;
  let previousOffset = 0;
  let base = directory.base;
  while (position + ENTRY_BYTES <= directory.end) {
    const header = await reader.read(position, ENTRY_BYTES);
    if (header.readUInt32LE(0) !== SIGNATURE.entry) throw new Error('its directory is broken');
    const length = ENTRY_BYTES + variableBytes(header);
    const entry = parseEntry(await reader.read(position, length));
    if (!directory.isZip64 && entry.headerOffset < previousOffset && directory.end > TWO_32) {
      base += TWO_32;
    }
    previousOffset = entry.headerOffset;
    yield { ...entry, headerOffset: entry.headerOffset + base };
    count += 1;
    position += length;
  }
  requireCount(directory, count);
}

function requireCount({ count: stated, isZip64 }: Directory, count: number): void {
  if (isZip64 ? count === stated : count % 65_536 === stated) return;
  throw new Error(`its directory states ${stated} files and lists ${count}`);
}

/** Whether the zip has no files. */
export async function isEmptyZip(file: FileHandle): Promise<boolean> {
  const { start, end } = await findDirectory(file);
  return start === end;
}

/** Whether the file ends as a zip does. */
export async function hasZipDirectory(file: FileHandle): Promise<boolean> {
  return (await directoryOf(file)) !== undefined;
}

async function findDirectory(file: FileHandle): Promise<Directory> {
  const found = await directoryOf(file);
  if (!found) throw new Error('its end is missing');
  return found;
}

async function directoryOf(file: FileHandle): Promise<Directory | undefined> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, LOCATOR_BYTES + END64_BYTES + END_BYTES + MAX_COMMENT_BYTES);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== SIGNATURE.end) continue;
    const found = await directoryBefore(file, size - tailBytes + at, tail.subarray(at));
    if (found) return found;
  }
  return undefined;
}

/** The directory that ends at an end record; undefined when these bytes only look like one. */
async function directoryBefore(
  file: FileHandle,
  endRecord: number,
  record: Buffer,
): Promise<Directory | undefined> {
  const end64 = await findEnd64(file, endRecord);
  const { bytes, offset, count } = end64 ?? {
    count: record.readUInt16LE(10),
    bytes: record.readUInt32LE(12),
    offset: record.readUInt32LE(16),
  };
  const end = end64?.position ?? endRecord;
  const isZip64 = end64 !== undefined;
  if (bytes === 0 && count === 0) return { start: end, end, base: 0, count, isZip64 };
  for (const start of [end - bytes, offset]) {
    if (start < 0 || (await readAt(file, start, 4)).toString('latin1') !== 'PK\x01\x02') continue;
    const shift = start - offset;
    const isWrapped = !isZip64 && shift % TWO_32 === 0;
    return { start, end: start + bytes, base: isWrapped ? 0 : shift, count, isZip64 };
  }
  return undefined;
}

async function findEnd64(file: FileHandle, endRecord: number) {
  const locator = await readAt(file, endRecord - LOCATOR_BYTES, LOCATOR_BYTES);
  if (locator.length < LOCATOR_BYTES || locator.readUInt32LE(0) !== SIGNATURE.locator64) return;
  const stated = Number(locator.readBigUInt64LE(8));
  for (const position of [stated, endRecord - LOCATOR_BYTES - END64_BYTES]) {
    const record = await readAt(file, position, END64_BYTES);
    if (record.length < END64_BYTES || record.readUInt32LE(0) !== SIGNATURE.end64) continue;
    return {
      position,
      count: Number(record.readBigUInt64LE(32)),
      bytes: Number(record.readBigUInt64LE(40)),
      offset: Number(record.readBigUInt64LE(48)),
    };
  }
  return undefined;
}

/** Name, extra field and comment. */
function variableBytes(header: Buffer): number {
  return header.readUInt16LE(28) + header.readUInt16LE(30) + header.readUInt16LE(32);
}

function parseEntry(header: Buffer): ZipEntry {
  const flags = header.readUInt16LE(8);
  const nameEnd = ENTRY_BYTES + header.readUInt16LE(28);
  const extra = header.subarray(nameEnd, nameEnd + header.readUInt16LE(30));
  const name = header.toString(flags & 0x800 ? 'utf8' : 'latin1', ENTRY_BYTES, nameEnd);
  const [bytes = 0, packedBytes = 0, headerOffset = 0] = largeFields(extra, [
    header.readUInt32LE(24),
    header.readUInt32LE(20),
    header.readUInt32LE(42),
  ]);
  return {
    path: name.replaceAll('\\', '/'),
    bytes,
    packedBytes,
    headerOffset,
    method: header.readUInt16LE(10),
    crc32: header.readUInt32LE(16),
    isEncrypted: (flags & 1) !== 0,
    isSymbolicLink: header.readUInt16LE(40) >> 12 === 0o12,
    modifiedAt: dosDate(header.readUInt16LE(14), header.readUInt16LE(12)),
  };
}

/** Sizes and offset of 0xffffffff are in the Zip64 extra field, in this order. */
function largeFields(extra: Buffer, fields: number[]): number[] {
  if (!fields.includes(TWO_32 - 1)) return fields;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const values = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let next = 0;
    return fields.map((field) => {
      if (field !== TWO_32 - 1 || next + 8 > values.length) return field;
      next += 8;
      return Number(values.readBigUInt64LE(next - 8));
    });
  }
  return fields;
}

function dosDate(date: number, time: number): Date {
  const [year, month, day] = [1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31];
  return new Date(Date.UTC(year, month, day, time >> 11, (time >> 5) & 63, (time & 31) * 2));
}

/** Reads pieces of a file in rising order, with few reads of the file. */
class WindowReader {
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly end: number,
  ) {}

  async read(position: number, length: number): Promise<Buffer> {
    const isInside = position + length <= this.#start + this.#window.length;
    if (!isInside || position < this.#start) {
      const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.end - position);
      this.#window = await readAt(this.file, position, wanted);
      this.#start = position;
    }
    const piece = this.#window.subarray(position - this.#start, position - this.#start + length);
    if (piece.length < length) throw new Error('its directory is cut off');
    return piece;
  }
}

/** Fewer bytes than asked for at the end of the file, none outside of it. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0 || !Number.isSafeInteger(position)) return Buffer.alloc(0);
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
