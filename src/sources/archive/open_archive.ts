import { promises as fs } from 'node:fs';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles, ArchiveLimits } from './archive_files.ts';

/**
 * Opens a zip or a folder and lists the files to read; nothing is unpacked yet.
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
  throw new Unreadable('This import is neither a zip file nor a folder. Use the zip file from X.');
}
