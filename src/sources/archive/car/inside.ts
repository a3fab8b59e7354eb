import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PostsRequest } from '../../source.ts';
import { type ArchiveFiles, partialPrefix } from '../archive_files.ts';
import { megabytes } from '../inventory.ts';

/** The name of the export in a zip or folder; undefined when there is none. */
export function exportIn({ sizes }: ArchiveFiles): string | undefined {
  return [...sizes.keys()].find((name) => /\.car$/i.test(name));
}

/**
 * Unpacks the export of a zip, because its blocks are read in another order than they come in.
 * @returns the path of the copy. The caller removes it.
 */
export async function unpackExport(
  files: ArchiveFiles,
  name: string,
  importsDir: string,
  { signal, onPreparing }: PostsRequest,
): Promise<string> {
  const path = join(importsDir, `${partialPrefix}${crypto.randomUUID()}.car`);
  const total = files.sizes.get(name) ?? 0;
  async function* chunks() {
    let bytes = 0;
    for await (const chunk of files.read(name, signal)) {
      bytes += chunk.length;
      onPreparing?.(
        bytes,
        total,
        `Unpacking the export, ${megabytes(bytes)} of ${megabytes(total)} MB`,
      );
      yield chunk;
    }
  }
  try {
    await pipeline(chunks, createWriteStream(path, { flags: 'wx' }), { signal });
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw signal.aborted ? signal.reason : error;
  }
}
