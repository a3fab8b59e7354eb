import { stat } from 'node:fs/promises';
import { defaultArchiveLimits } from './archive_files.ts';
import { damaged } from './car/damage.ts';
import { isCar } from './car/index.ts';
import { exportIn } from './car/inside.ts';
import { readContents } from './contents.ts';
import { openArchive } from './open_archive.ts';

/**
 * Whether an uploaded file is an archive, as far as its beginning, its list of files and its account tell.
 * Its posts are checked when it is imported.
 * @param fileName the client's name for it.
 * @returns the ending of its name.
 * @throws Unreadable.
 */
export async function checkUpload(
  path: string,
  fileName: string,
  signal: AbortSignal,
): Promise<'.zip' | '.car'> {
  if (await isCar(path)) return '.car';
  if (/\.car$/i.test(fileName)) throw damaged(NO_HEADER);
  await readOwner(path, signal);
  return '.zip';
}

const NO_HEADER = 'it does not begin with a CAR header';

/**
 * The username of the account of an X data archive.
 * @returns undefined for the export of a Bluesky account.
 * @throws Unreadable when it is neither.
 */
export async function readOwner(path: string, signal: AbortSignal): Promise<string | undefined> {
  const isFolder = (await stat(path)).isDirectory();
  if (!isFolder && (await isCar(path))) return undefined;
  const files = await openArchive(path, defaultArchiveLimits, signal);
  try {
    if (exportIn(files)) return undefined;
    return (await readContents(files, signal)).profile.username;
  } finally {
    await files.close();
  }
}
