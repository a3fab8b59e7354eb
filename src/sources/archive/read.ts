import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Profile } from '../post.ts';
import { NotFound, type PostsRequest } from '../source.ts';
import type { ArchiveFiles, ArchiveLimits } from './archive_files.ts';
import { isCar, readCar } from './car/index.ts';
import { exportIn, unpackExport } from './car/inside.ts';
import { readContents } from './contents.ts';
import { importPath } from './imports.ts';
import { listPosts } from './listing.ts';
import { readNotes } from './note_tweets.ts';
import { openArchive } from './open_archive.ts';

/** The posts of an archive, page by page. */
export async function* readArchive(
  importsDir: string,
  limits: ArchiveLimits,
  request: PostsRequest,
) {
  const { signal } = request;
  const path = await importPath(importsDir, request.archive ?? '');
  if (await isExport(path)) {
    yield* readCar(path, request);
    return;
  }
  const files = await openArchive(path, limits, signal);
  try {
    const inner = exportIn(files);
    if (inner) {
      yield* readInner(path, inner, files, importsDir, request);
      return;
    }
    const contents = await readContents(files, signal);
    requireOwner(contents.profile, request.username);
    const long = await readNotes(files, contents.noteFiles, {
      maxBytes: limits.maxNoteBytes,
      signal,
    });
    contents.notes.push(...long.problems);
    yield* listPosts({ files, contents, findLongText: long.find }, request);
  } finally {
    await files.close();
  }
}

async function isExport(path: string): Promise<boolean> {
  return !(await stat(path)).isDirectory() && (await isCar(path));
}

/** Reads the export of a Bluesky account that lies in a zip or folder. */
async function* readInner(
  path: string,
  name: string,
  files: ArchiveFiles,
  importsDir: string,
  request: PostsRequest,
) {
  if ((await stat(path)).isDirectory()) {
    yield* readCar(join(path, name), request);
    return;
  }
  const copy = await unpackExport(files, name, importsDir, request);
  try {
    yield* readCar(copy, request);
  } finally {
    await rm(copy, { force: true });
  }
}

function requireOwner({ username }: Profile, requested: string | undefined): void {
  if (!requested || requested.toLowerCase() === username.toLowerCase()) return;
  throw new NotFound(
    `The archive belongs to @${username}, not to @${requested}. Leave the username empty to import it.`,
  );
}
