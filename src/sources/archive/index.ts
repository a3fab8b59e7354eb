import { join } from 'node:path';
import { type Source, Unreadable } from '../source.ts';
import { type ArchiveLimits, defaultArchiveLimits, postsPerPage } from './archive_files.ts';
import type { ArchiveIdentity } from './identity.ts';
import { listImports } from './imports.ts';
import type { ImportsPlace } from './read.ts';

export type { ArchiveLimits } from './archive_files.ts';
export { folderId, makeFolderId } from './folder_id.ts';
export type { ArchiveIdentity } from './identity.ts';
export {
  type Import,
  ImportTooLarge,
  importNames,
  importPath,
  listImports,
  type ReceivedImport,
  receiveFolder,
  receiveImport,
  removeImport,
  removeStalePartials,
} from './imports.ts';
export type { ArchiveMedia } from './media.ts';

/** The name of the stored import with the same bytes as a file elsewhere. */
export async function storedTwin(
  importsDir: string,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { twinOf } = await import('./same_bytes.ts');
  return twinOf(importsDir, path, await listImports(importsDir), signal);
}

/** Whose archive an import is; undefined when that cannot be told quickly. */
export async function identityOf(
  importsDir: string,
  name: string,
): Promise<ArchiveIdentity | undefined> {
  // Loaded only when there is an archive.
  const { readIdentityOf } = await import('./identity.ts');
  return readIdentityOf(join(importsDir, name));
}

/** The username of the account of an X data archive; undefined for anything else. */
export async function ownerOf(path: string): Promise<string | undefined> {
  // Loaded only when an archive is read.
  const { readOwner } = await import('./check_upload.ts');
  try {
    return await readOwner(path, new AbortController().signal);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** `request.archive` refers to the folder of imports. */
export interface ArchiveSourceOptions extends Partial<ArchiveLimits>, ImportsPlace {}

/** Measured with 106,000 posts in 200 MB, on one busy core: 3 ms per page to check, 5 to list. */
const pageMs = 8;

/**
 * Reads a personal X data archive, a zip or an unpacked folder in `importsDir`. Pages hold 250
 * posts in the order of the archive's files.
 */
export function createArchiveSource({
  importsDir,
  hasOtherMachines,
  ...limits
}: ArchiveSourceOptions): Source {
  const allLimits = { ...defaultArchiveLimits, ...limits };
  return {
    name: 'archive',
    label: 'an X data archive or Bluesky export',
    pageSize: postsPerPage,
    pageMs,
    beginning: {
      help: 'The zip that X sends for “Download your data”, or the CAR file of a Bluesky account. Only posts and the account are read from it.',
    },
    async *posts(request) {
      // Loaded only when an archive is read.
      const { readArchive } = await import('./read.ts');
      yield* readArchive({ importsDir, hasOtherMachines }, allLimits, request);
    },
  };
}
