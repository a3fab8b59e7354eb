import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles, ArchiveLimits } from './archive_files.ts';
import { Inventory } from './inventory.ts';
import {
  hasZipDirectory,
  isEmptyZip,
  readAt,
  readZipDirectory,
  type ZipEntry,
} from './zip_directory.ts';

const CHUNK_BYTES = 256 * 1024;
const LOCAL_HEADER_BYTES = 30;

/** Opens an archive from X. Entries are read by random access, the zip is never loaded into memory. */
export async function openZipFiles(
  path: string,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<ArchiveFiles> {
  const file = await openZip(path);
  try {
    const { sizes, modifiedAt, places } = await listEntries(file, new Inventory(limits), signal);
    return {
      sizes,
      modifiedAt,
      read: (name, readSignal) => readEntry(file, name, places.get(name) as ZipEntry, readSignal),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw signal.aborted ? signal.reason : asUnreadable(error);
  }
}

/**
 * Opens a zip. Its central directory is at its end, so an incomplete file is detected. The caller
 * closes it.
 * @throws Unreadable when the file is not a zip, empty, or incomplete.
 */
export async function openZip(path: string): Promise<FileHandle> {
  const file = await open(path);
  try {
    await requireSignature(file);
    if (await isEmptyZip(file)) throw new Unreadable('The zip is empty. Use the zip file from X.');
    return file;
  } catch (error) {
    await file.close();
    throw asUnreadable(error);
  }
}

const USE =
  'Use the zip file that X sends, its unpacked folder in the imports folder, or the CAR file of a Bluesky account.';

async function requireSignature(file: FileHandle): Promise<void> {
  const start = (await readAt(file, 0, 4)).toString('latin1');
  if (start === 'PK\x03\x04' || start === 'PK\x05\x06') return;
  if (start === 'PK\x07\x08') {
    throw new Unreadable('This is one part of a split zip. Unpack all parts and use the folder.');
  }
  if (start === '') throw new Unreadable(`This file is empty. ${USE}`);
  // Something may stand before a zip: a program that unpacks it, or the head of a message.
  if (await hasZipDirectory(file)) return;
  throw new Unreadable(`This is not a zip file. ${USE}`);
}

async function listEntries(file: FileHandle, inventory: Inventory<ZipEntry>, signal: AbortSignal) {
  for await (const entry of readZipDirectory(file)) {
    signal.throwIfAborted();
    requireSafePath(entry.path);
    if (!entry.isSymbolicLink) inventory.add({ ...entry, place: entry });
  }
  const found = inventory.finish();
  for (const [name, entry] of found.places) requireReadable(name, entry);
  return found;
}

function requireSafePath(path: string): void {
  if (!/^(\/|[a-z]:)|(^|\/)\.\.(\/|$)|\0/i.test(path)) return;
  throw new Unreadable(
    `The zip is unsafe: it contains a path outside of itself (${path}). Use the zip file from X.`,
  );
}

function requireReadable(name: string, { isEncrypted, method }: ZipEntry): void {
  if (isEncrypted) {
    throw new Unreadable('The zip is protected by a password. Unpack it and use the folder.');
  }
  if (method === 0 || method === 8) return;
  throw new Unreadable(
    `${name} uses an unsupported compression method (${method}). ` +
      'Unpack the archive and use the folder.',
  );
}

/** @throws Unreadable when it is damaged, or the reason of `signal`. */
export async function* readEntry(
  file: FileHandle,
  name: string,
  entry: ZipEntry,
  signal: AbortSignal,
) {
  let checksum = 0;
  let bytes = 0;
  try {
    for await (const chunk of unpacked(file, entry, await dataOffset(file, entry))) {
      signal.throwIfAborted();
      checksum = crc32(chunk, checksum);
      bytes += chunk.length;
      if (bytes > entry.bytes) throw new Error('it has too many bytes');
      yield chunk;
    }
    if (bytes < entry.bytes) throw new Error('it has too few bytes');
    // A flipped bit can still be valid JSON.
    if (checksum !== entry.crc32) throw new Error('its checksum is wrong');
  } catch (error) {
    throw signal.aborted ? signal.reason : asUnreadable(error, name);
  }
}

/** The local header has a name and an extra field of its own; its sizes may be missing. */
async function dataOffset(file: FileHandle, { headerOffset }: ZipEntry): Promise<number> {
  const header = await readAt(file, headerOffset, LOCAL_HEADER_BYTES);
  if (header.length < LOCAL_HEADER_BYTES || header.toString('latin1', 0, 4) !== 'PK\x03\x04') {
    throw new Error('its header is missing');
  }
  return headerOffset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function unpacked(file: FileHandle, entry: ZipEntry, start: number): AsyncIterable<Uint8Array> {
  const packed = chunksOf(file, start, start + entry.packedBytes);
  if (entry.method === 0) return packed;
  const source = Readable.from(packed, { objectMode: false });
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  source.once('error', (error) => inflate.destroy(error));
  inflate.once('close', () => source.destroy());
  return source.pipe(inflate);
}

async function* chunksOf(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let position = start; position < end; ) {
    const chunk = await readAt(file, position, Math.min(CHUNK_BYTES, end - position));
    if (chunk.length === 0) throw new Error('it is cut off');
    yield chunk;
    position += chunk.length;
  }
}

/** Errors of the format and of zlib as messages that say what to do. */
function asUnreadable(error: unknown, name = 'The zip'): unknown {
  if (!(error instanceof Error) || error instanceof Unreadable) return error;
  const message =
    error.message === 'its end is missing'
      ? 'The zip is incomplete: its end is missing. Download or copy it again.'
      : `${name} is damaged: ${error.message}. Download or copy the archive again.`;
  return new Unreadable(message, { cause: error });
}
