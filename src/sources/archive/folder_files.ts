import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles, ArchiveLimits } from './archive_files.ts';
import { Inventory } from './inventory.ts';

/** `js/tweets` of the `data` folder, two folders below the one that was given. */
const MAX_DEPTH = 5;
/** So that a home folder, given by mistake, is not searched for minutes. */
const MAX_FOLDERS = 2000;
const CHUNK_BYTES = 256 * 1024;

/** Opens an unpacked archive. Symbolic links in it are not followed. */
export async function openFolderFiles(root: string, limits: ArchiveLimits): Promise<ArchiveFiles> {
  const inventory = new Inventory<string>(limits);
  for await (const path of filesIn(root)) {
    if (!/\.(js|zip|car)$/i.test(path)) continue;
    const place = join(root, path);
    const { size, mtime } = await lstat(place);
    inventory.add({ path, bytes: size, packedBytes: size, modifiedAt: mtime, place });
  }
  const { sizes, places, modifiedAt } = inventory.finish();
  return {
    sizes,
    modifiedAt,
    read: (name, signal) => readWhole(places.get(name) ?? '', name, sizes.get(name) ?? 0, signal),
    close: async () => {},
  };
}

/**
 * The files of a folder and its subfolders, as paths relative to it with `/`, upper folders first. Symbolic
 * links are left out.
 */
export async function* filesIn(root: string): AsyncGenerator<string> {
  const folders = [{ path: '', depth: 0 }];
  for (const [visited, { path, depth }] of folders.entries()) {
    if (visited >= MAX_FOLDERS) return;
    for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
      const inner = path + entry.name;
      if (entry.isFile()) yield inner;
      const isSearched = depth < MAX_DEPTH && !entry.name.startsWith('.');
      if (entry.isDirectory() && isSearched) folders.push({ path: `${inner}/`, depth: depth + 1 });
    }
  }
}

async function* readWhole(path: string, name: string, bytes: number, signal: AbortSignal) {
  let read = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    signal.throwIfAborted();
    read += chunk.length;
    if (read > bytes) break;
    yield chunk as Uint8Array;
  }
  if (read !== bytes) {
    throw new Unreadable(`${name} changed while it was read. Start the import again.`);
  }
}
