import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles, ArchiveLimits } from './archive_files.ts';
import { FileReader } from './file_reader.ts';
import { Inventory } from './inventory.ts';

/** Opens an archive from X. Entries are read by random access, the zip is never loaded into memory. */
export async function openZipFiles(
  path: string,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<ArchiveFiles> {
  const zip = await openZip(path);
  try {
    const inventory = new Inventory(limits);
    const entries = await listEntries(zip, inventory, signal);
    return {
      sizes: inventory.sizes,
      read: (name, readSignal) => readEntry(zip, name, entries.get(name) as Entry, readSignal),
      close: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw signal.aborted ? signal.reason : asUnreadable(error);
  }
}

/**
 * Opens a zip by its central directory, which is at its end, so that an incomplete file is detected.
 * The caller closes it.
 * @throws Unreadable when the file is not a zip, or incomplete.
 */
export async function openZip(path: string): Promise<ZipFile> {
  const file = await open(path);
  try {
    await requireSignature(file);
    const { size } = await file.stat();
    const options = { autoClose: false, lazyEntries: true, strictFileNames: true };
    return await fromRandomAccessReaderPromise(new FileReader(file), size, options);
  } catch (error) {
    await file.close();
    throw asUnreadable(error);
  }
}

async function requireSignature(file: Awaited<ReturnType<typeof open>>): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  if (bytesRead === 4 && buffer.readUInt32BE() === 0x504b0304) return;
  throw new Unreadable('This is not a zip file. Use the zip file from X, or its unpacked folder.');
}

async function listEntries(
  zip: ZipFile,
  inventory: Inventory,
  signal: AbortSignal,
): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    signal.throwIfAborted();
    const name = inventory.add(entry.fileName, entry.uncompressedSize, entry.compressedSize);
    if (!name) continue;
    requireReadable(name, entry);
    entries.set(name, entry);
  }
  return entries;
}

function requireReadable(name: string, entry: Entry): void {
  if (entry.isEncrypted()) throw new Error('encryption');
  if (entry.canDecodeFileData()) return;
  throw new Unreadable(
    `${name} uses an unsupported compression method (${entry.compressionMethod}). ` +
      'Unpack the archive and use the folder.',
  );
}

/** yauzl checks the size but not the checksum, and a flipped bit can still be valid JSON. */
async function* readEntry(zip: ZipFile, name: string, entry: Entry, signal: AbortSignal) {
  let checksum = 0;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      signal.throwIfAborted();
      checksum = crc32(chunk, checksum);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : asUnreadable(error, name);
  }
  if (checksum !== entry.crc32) throw asUnreadable(new Error('its checksum is wrong'), name);
}

/** Errors of yauzl and zlib as messages that say what to do. */
function asUnreadable(error: unknown, name = 'The zip'): unknown {
  if (!(error instanceof Error) || error instanceof Unreadable) return error;
  return new Unreadable(advice(error, name), { cause: error });
}

function advice({ message }: Error, name: string): string {
  if (/end of central directory record signature not found/i.test(message)) {
    return 'The zip is incomplete: its end is missing. Download or copy it again.';
  }
  if (/encryption/.test(message)) {
    return 'The zip is protected by a password. Unpack it and use the folder.';
  }
  if (/^(absolute path|invalid relative path|invalid characters)/.test(message)) {
    return `The zip is unsafe: it contains a path outside of itself (${message}). Use the zip file from X.`;
  }
  return `${name} is damaged: ${message}. Download or copy the archive again.`;
}
