import { promises as fs } from 'node:fs';
import { defaultArchiveLimits } from './archive_files.ts';
import { readContents } from './contents.ts';
import { openArchive } from './open_archive.ts';

/** Longer than the beginning of any CAR file up to the word "roots", in bytes. */
const HEAD_BYTES = 64;

/**
 * Whether an uploaded file is an archive, as far as its list of files and its account tell. Its posts are
 * checked when it is imported.
 * @returns the ending of its name.
 * @throws Unreadable.
 */
export async function checkUpload(path: string, signal: AbortSignal): Promise<'.zip' | '.car'> {
  if (await looksLikeCar(path)) return '.car';
  await readOwner(path, signal);
  return '.zip';
}

/**
 * The username of an archive's account.
 * @throws Unreadable when it is no archive.
 */
export async function readOwner(path: string, signal: AbortSignal): Promise<string> {
  const files = await openArchive(path, defaultArchiveLimits, signal);
  try {
    return (await readContents(files, signal)).profile.username;
  } finally {
    await files.close();
  }
}

/** A CAR file begins with the length of a map in DAG-CBOR that has the keys "roots" and "version". */
export async function looksLikeCar(path: string): Promise<boolean> {
  const file = await fs.open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead).toString('latin1');
    return /^[^P].?\xa2(?:eroots|gversion)/s.test(head);
  } finally {
    await file.close();
  }
}
