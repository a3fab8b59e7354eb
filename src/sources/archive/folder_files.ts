import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles, ArchiveLimits } from './archive_files.ts';
import { Inventory } from './inventory.ts';

/** Opens an unpacked archive. Symbolic links in it are not followed. */
export async function openFolderFiles(root: string, limits: ArchiveLimits): Promise<ArchiveFiles> {
  const inventory = new Inventory(limits);
  const paths = new Map<string, string>();
  for (const path of await dataFiles(root)) {
    const stats = await lstat(join(root, path));
    if (!stats.isFile()) continue;
    const name = inventory.add(path, stats.size, stats.size);
    if (name) paths.set(name, join(root, path));
  }
  return {
    sizes: inventory.sizes,
    read: (name, signal) =>
      readWhole(paths.get(name) ?? '', name, inventory.sizes.get(name) ?? 0, signal),
    close: async () => {},
  };
}

/** The files in `data/`, or in the `data/` of each subfolder, as paths relative to the root. */
async function dataFiles(root: string): Promise<string[]> {
  const folders = await subfolders(root);
  const parents = folders.includes('data') ? [''] : folders.map((folder) => `${folder}/`);
  const listings = parents.map(async (parent) => {
    if (!(await subfolders(join(root, parent))).includes('data')) return [];
    return (await readdir(join(root, parent, 'data'))).map((file) => `${parent}data/${file}`);
  });
  return (await Promise.all(listings)).flat();
}

async function subfolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function* readWhole(path: string, name: string, bytes: number, signal: AbortSignal) {
  let read = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 64 * 1024 })) {
    signal.throwIfAborted();
    read += chunk.length;
    if (read > bytes) break;
    yield chunk as Uint8Array;
  }
  if (read !== bytes) {
    throw new Unreadable(`${name} changed while it was read. Start the import again.`);
  }
}
