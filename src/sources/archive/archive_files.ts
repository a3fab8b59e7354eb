import { promises as fs } from 'node:fs';
import { Unreadable } from '../source.ts';

/** What an archive may ask of this machine. The defaults are far above what X hands out. */
export interface ArchiveLimits {
  /** Largest size of one file that is read, uncompressed, in bytes. */
  maxFileBytes: number;
  /** Largest size of all the files that are read together, uncompressed, in bytes. */
  maxTotalBytes: number;
  /** Largest uncompressed size in relation to the compressed one, for files over `ratioFromBytes`. */
  maxRatio: number;
  ratioFromBytes: number;
  /** Largest size of the long posts' files together, in bytes: their texts are held in memory. */
  maxNoteBytes: number;
}

export const defaultArchiveLimits: ArchiveLimits = {
  maxFileBytes: 4 * 1024 ** 3,
  maxTotalBytes: 16 * 1024 ** 3,
  maxRatio: 200,
  ratioFromBytes: 8 * 1024 ** 2,
  maxNoteBytes: 256 * 1024 ** 2,
};

export const postsPerPage = 100;

/** The files of an archive that this program reads, whether it is a zip or a folder. */
export interface ArchiveFiles {
  /** Name, from `data/` on → uncompressed size in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  /**
   * The bytes of one file, in pieces of at most 64 KiB.
   * @throws Unreadable when they are damaged, more or fewer than `sizes` says.
   */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens a zip or a folder and lists what is to be read in it; nothing is unpacked yet.
 * @throws Unreadable when it is neither, is damaged, or exceeds the limits.
 */
export async function openArchive(
  path: string,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<ArchiveFiles> {
  signal.throwIfAborted();
  const stats = await fs.lstat(path);
  if (stats.isDirectory()) {
    const { openFolderFiles } = await import('./folder_files.ts');
    return openFolderFiles(path, limits);
  }
  if (stats.isFile()) {
    const { openZipFiles } = await import('./zip_files.ts');
    return openZipFiles(path, limits, signal);
  }
  throw new Unreadable('This import is neither a zip file nor a folder. Give the zip that X made.');
}
