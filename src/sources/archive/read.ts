import type { Profile } from '../post.ts';
import { NotFound, type PostsRequest } from '../source.ts';
import type { ArchiveLimits } from './archive_files.ts';
import { isCar, readCar } from './car/index.ts';
import { exportIn, readInnerExport } from './car/inside.ts';
import { readContents } from './contents.ts';
import { importPath } from './imports.ts';
import { listPosts } from './listing.ts';
import { readNotes } from './note_tweets.ts';
import { openArchive } from './open_archive.ts';

/** Where archives are. */
export interface ImportsPlace {
  importsDir: string;
  /** Whether other machines, which may have archives of their own, run jobs too. Default: none does. */
  hasOtherMachines?: boolean | undefined;
}

/** The posts of an archive, page by page. */
export async function* readArchive(
  { importsDir, hasOtherMachines = false }: ImportsPlace,
  limits: ArchiveLimits,
  request: PostsRequest,
) {
  const { signal } = request;
  const path = await importPath(importsDir, request.archive ?? '', hasOtherMachines);
  if (await isCar(path)) {
    yield* readCar(path, request);
    return;
  }
  const files = await openArchive(path, limits, signal);
  try {
    const inner = exportIn(files);
    if (inner) {
      yield* readInnerExport({ path, files, name: inner, importsDir }, request);
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

function requireOwner({ username }: Profile, requested: string | undefined): void {
  if (!requested || requested.toLowerCase() === username.toLowerCase()) return;
  throw new NotFound(
    `The archive belongs to @${username}, not to @${requested}. Leave the username empty to import it.`,
  );
}
