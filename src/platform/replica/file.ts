import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Beside a replica that was found damaged while a process had it open. */
const MARK = '-damaged';

/** Has the next process that opens the replica alone copy it anew. */
export function markDamaged(path: string): void {
  writeFileSync(path + MARK, '');
}

export function isMarkedDamaged(path: string): boolean {
  return existsSync(path + MARK);
}

/** Deletes the replica's files. No process may have it open. */
export function removeReplica(path: string): void {
  for (const suffix of ['', '-wal', '-shm', MARK]) rmSync(path + suffix, { force: true });
}
