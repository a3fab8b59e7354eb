import { stat } from 'node:fs/promises';
import { defaultArchiveLimits } from './archive_files.ts';
import { isCar } from './car/index.ts';
import { exportIn } from './car/inside.ts';
import { readContents } from './contents.ts';
import { openArchive } from './open_archive.ts';

/** Whose archive it is, as far as it tells without being read from end to end. */
export interface ArchiveIdentity {
  kind: 'x' | 'bluesky';
  /** The username, or the id of a Bluesky account: an export has no handle. */
  owner?: string;
  /** When it was made. */
  madeAt?: Date;
}

/** How long lists of archives wait for one of them, in ms. */
const PATIENCE_MS = 2_000;

const MAX_KNOWN = 500;
const known = new Map<string, ArchiveIdentity | undefined>();

/**
 * Reads it from the beginning of an archive and remembers it, as long as the file stays the same.
 * @returns undefined for what is no archive, or could not be read in two seconds.
 */
export async function readIdentityOf(path: string): Promise<ArchiveIdentity | undefined> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { size, mtimeMs } = await stat(path);
    const key = `${path} ${size} ${mtimeMs}`;
    if (known.has(key)) return known.get(key);
    const identity = await readIdentity(path, signal).catch(() => undefined);
    if (identity === undefined && signal.aborted) return undefined;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, identity);
    return identity;
  } catch {
    return undefined;
  }
}

async function readIdentity(path: string, signal: AbortSignal): Promise<ArchiveIdentity> {
  if (await isCar(path)) {
    const { readOwnerOfExport } = await import('./car/owner.ts');
    return { kind: 'bluesky', ...(await readOwnerOfExport(path)) };
  }
  const files = await openArchive(path, defaultArchiveLimits, signal);
  try {
    if (exportIn(files)) return { kind: 'bluesky' };
    const { profile, generatedAt = files.modifiedAt } = await readContents(files, signal);
    return { kind: 'x', owner: profile.username, ...(generatedAt && { madeAt: generatedAt }) };
  } finally {
    await files.close();
  }
}
