import { createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { importPath, listImports } from './imports.ts';
import { mediaOfPost, pictureType } from './post_pictures.ts';
import { readZipDirectory, type ZipEntry } from './zip_directory.ts';
import { readEntry } from './zip_files.ts';

/** A picture of an archive. */
export interface MediaFile {
  bytes: number;
  /** Such as `image/jpeg`. */
  type: string;
  stream(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

type Place = { path: string; type: string; zipped?: ZipEntry };

/** Archives that are known by name, size and time; the directory of a large zip takes a fifth of a second to read. */
export interface ArchiveMedia {
  /** The file of a picture: its name is that of the post and of the address. */
  find(postId: string, url: string): Promise<MediaFile | undefined>;
  /** Whether there is such a file. */
  has(postId: string, url: string): Promise<boolean>;
}

export function createArchiveMedia(importsDir: string): ArchiveMedia {
  const known = new Map<string, { version: string; places: Promise<Map<string, Place>> }>();

  async function placesOf(name: string): Promise<Map<string, Place>> {
    const path = await importPath(importsDir, name);
    const { mtimeMs, size } = await stat(path);
    const version = `${mtimeMs} ${size}`;
    const before = known.get(name);
    if (before?.version === version) return before.places;
    // An archive that cannot be read has no pictures; that it cannot is told where it is imported.
    const places = listMedia(path).catch(() => new Map<string, Place>());
    known.set(name, { version, places });
    return places;
  }

  async function placeOf(postId: string, url: string): Promise<Place | undefined> {
    const file = fileName(postId, url);
    if (file === undefined) return undefined;
    for (const { name } of await listImports(importsDir)) {
      const place = (await placesOf(name)).get(file);
      if (place) return place;
    }
    return undefined;
  }

  return {
    async find(postId, url) {
      const place = await placeOf(postId, url);
      return place && mediaFile(place);
    },
    has: async (postId, url) => (await placeOf(postId, url)) !== undefined,
  };
}

function fileName(postId: string, url: string): string | undefined {
  const name = URL.parse(url)?.pathname.split('/').at(-1);
  return name && pictureType(name) ? `${postId}-${name}` : undefined;
}

/** The name and the type of a picture; empty for other files. */
function pictureOf(path: string): [name?: string, type?: string] {
  const name = mediaOfPost(path)?.name;
  return name ? [name, pictureType(name)] : [];
}

async function listMedia(path: string): Promise<Map<string, Place>> {
  return (await stat(path)).isDirectory() ? listFolder(path) : listZip(path);
}

async function listZip(path: string): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  const file = await open(path);
  try {
    for await (const entry of readZipDirectory(file)) {
      const [name, type] = pictureOf(entry.path);
      const isPlain = !entry.isEncrypted && !entry.isSymbolicLink && [0, 8].includes(entry.method);
      if (name && type && isPlain) places.set(name, { path, type, zipped: entry });
    }
  } finally {
    await file.close();
  }
  return places;
}

async function listFolder(path: string): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  const inside = (await realpath(path)) + sep;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const [name, type] = pictureOf(file.replaceAll(sep, '/'));
    // A link could lead out of the folder.
    if (name && type && entry.isFile() && file.startsWith(inside))
      places.set(name, { path: file, type });
  }
  return places;
}

async function mediaFile({ path, type, zipped }: Place): Promise<MediaFile> {
  if (zipped === undefined) {
    const stream = (signal: AbortSignal) => createReadStream(path, { signal });
    return { bytes: (await stat(path)).size, type, stream };
  }
  return { bytes: zipped.bytes, type, stream: (signal) => readZipped(path, zipped, signal) };
}

async function* readZipped(path: string, entry: ZipEntry, signal: AbortSignal) {
  const file = await open(path);
  try {
    yield* readEntry(file, entry.path, entry, signal);
  } finally {
    await file.close();
  }
}
