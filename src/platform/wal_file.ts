import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** Bytes of a database's first page that describe the whole file. */
export const HEADER_BYTES = 100;

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** The last bit of a WAL's first word tells the byte order of its checksums. */
const MAGIC = 0x377f0682;

/** How much is read at a time, in frames. */
const FRAMES_READ = 256;

/** What SQLite would replay from a write-ahead log. */
export interface WalContent {
  pageSize: number;
  /** The database's header after each committed change of its first page, oldest first. */
  headers: Buffer[];
  /** The size of the database after the last commit, in pages. */
  pages: number;
}

/**
 * Reads a write-ahead log in the format of https://sqlite.org/fileformat2.html#walformat.
 * @returns undefined when SQLite would replay nothing of it: there is no file, or no whole transaction.
 */
export function readWal(path: string): WalContent | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return contentOf(file);
  } finally {
    closeSync(file);
  }
}

function contentOf(file: number): WalContent | undefined {
  const header = Buffer.alloc(WAL_HEADER_BYTES);
  if (readSync(file, header, 0, header.length, 0) < header.length) return undefined;
  const magic = header.readUInt32BE(0);
  if ((magic & ~1) >>> 0 !== MAGIC) return undefined;
  const checksum = new Checksum(magic & 1 ? 'BE' : 'LE');
  checksum.add(header.subarray(0, 24));
  if (!checksum.equals(header, 24)) return undefined;
  const pageSize = header.readUInt32BE(8);
  const salts = header.subarray(16, 24);
  const content: WalContent = { pageSize, headers: [], pages: 0 };
  let uncommitted: Buffer[] = [];
  for (const frame of frames(file, pageSize)) {
    if (!frame.subarray(8, 16).equals(salts)) break;
    checksum.add(frame.subarray(0, 8));
    checksum.add(frame.subarray(FRAME_HEADER_BYTES));
    if (!checksum.equals(frame, 16)) break;
    if (frame.readUInt32BE(0) === 1) {
      uncommitted.push(Buffer.from(frame.subarray(FRAME_HEADER_BYTES).subarray(0, HEADER_BYTES)));
    }
    const pages = frame.readUInt32BE(4);
    if (pages === 0) continue;
    content.pages = pages;
    content.headers.push(...uncommitted);
    uncommitted = [];
  }
  return content.pages === 0 ? undefined : content;
}

function* frames(file: number, pageSize: number): Generator<Buffer> {
  const size = FRAME_HEADER_BYTES + pageSize;
  const end = fstatSync(file).size;
  const chunk = Buffer.alloc(FRAMES_READ * size);
  for (let at = WAL_HEADER_BYTES; at + size <= end; at += chunk.length) {
    const read = readSync(file, chunk, 0, chunk.length, at);
    for (let frame = 0; frame + size <= read; frame += size) {
      yield chunk.subarray(frame, frame + size);
    }
  }
}

/** The running checksum of a write-ahead log. */
class Checksum {
  #first = 0;
  #second = 0;
  readonly #isSwapped: boolean;

  constructor(order: 'BE' | 'LE') {
    this.#isSwapped = order !== endianness();
  }

  /** @param bytes a multiple of 8. */
  add(bytes: Buffer): void {
    const swapped = this.#isSwapped ? Buffer.from(bytes).swap32() : bytes;
    // A copy of what does not lie on a boundary of four bytes.
    const aligned = swapped.byteOffset % 4 === 0 ? swapped : new Uint8Array(swapped);
    const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
    let first = this.#first;
    let second = this.#second;
    for (let index = 0; index < words.length; index += 2) {
      first = (first + (words[index] as number) + second) | 0;
      second = (second + (words[index + 1] as number) + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  equals(bytes: Buffer, at: number): boolean {
    return bytes.readInt32BE(at) === this.#first && bytes.readInt32BE(at + 4) === this.#second;
  }
}
