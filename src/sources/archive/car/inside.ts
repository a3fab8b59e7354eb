import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Post } from '../../post.ts';
import type { Page, PostsRequest } from '../../source.ts';
import { type ArchiveFiles, partialPrefix } from '../archive_files.ts';
import { megabytes } from '../inventory.ts';
import { readCar } from './index.ts';

/** The name of the export in a zip or folder; undefined when there is none. */
export function exportIn({ sizes }: ArchiveFiles): string | undefined {
  return [...sizes.keys()].find((name) => /\.car$/i.test(name));
}

/** An export in a zip or folder. */
interface InnerExport {
  /** The zip or folder. */
  path: string;
  files: ArchiveFiles;
  /** Its name among the files, which is its path in the zip or folder. */
  name: string;
  /** Where a zip is unpacked. */
  importsDir: string;
}

/**
 * The posts of an export in a zip or folder. That of a zip is unpacked first: its blocks are read in
 * another order than they come in.
 */
export async function* readInnerExport(
  inner: InnerExport,
  request: PostsRequest,
): AsyncGenerator<Page<Post>> {
  if ((await stat(inner.path)).isDirectory()) {
    yield* readCar(join(inner.path, inner.name), request);
    return;
  }
  const copy = join(inner.importsDir, `${partialPrefix}${crypto.randomUUID()}.car`);
  try {
    await unpack(inner, copy, request);
    yield* readCar(copy, request);
  } finally {
    await rm(copy, { force: true });
  }
}

async function unpack({ files, name }: InnerExport, path: string, request: PostsRequest) {
  const { signal, onPreparing } = request;
  const total = files.sizes.get(name) ?? 0;
  async function* chunks() {
    let bytes = 0;
    for await (const chunk of files.read(name, signal)) {
      bytes += chunk.length;
      onPreparing?.(bytes, total, unpacking(bytes, total));
      yield chunk;
    }
  }
  await pipeline(chunks, createWriteStream(path, { flags: 'wx' }));
}

function unpacking(bytes: number, total: number): string {
  return `Unpacking the export, ${megabytes(bytes)} of ${megabytes(total)} MB`;
}
