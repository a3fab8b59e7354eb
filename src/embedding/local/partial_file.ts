import { promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive } from '../../platform/process_ids.ts';
import type { ModelFile } from './manifest.ts';

/** A partial file unchanged for longer than this is abandoned, in ms; downloads time out earlier. */
const ABANDONED_MS = 600_000;

/** The disk failed, not the network: another origin would not help. */
export class CannotStore extends Error {
  override readonly name = 'CannotStore';
}

const beingWritten = new Set<string>();

/**
 * Writes `bytes` to `target`, which appears only when it is complete and verified. Safe in several
 * processes at once: each writes its own file and renames it.
 * @throws CannotStore when the disk fails; Error when the bytes are not those of `file`.
 */
export async function storeFile(
  target: string,
  file: ModelFile,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const partial = `${target}.partial-${process.pid}-${crypto.randomUUID()}`;
  beingWritten.add(partial);
  try {
    await onDisk(fs.mkdir(dirname(target), { recursive: true }));
    await writeVerified(await onDisk(fs.open(partial, 'wx')), file, bytes);
    await onDisk(fs.rename(partial, target));
  } catch (error) {
    await fs.rm(partial, { force: true }).catch(() => {});
    throw error;
  } finally {
    beingWritten.delete(partial);
  }
}

async function writeVerified(
  handle: FileHandle,
  file: ModelFile,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const hash = new Bun.CryptoHasher('sha256');
  let written = 0;
  try {
    for await (const chunk of bytes) {
      written += chunk.byteLength;
      // Checked early: a wrong URL must not fill the disk.
      if (written > file.bytes) throw new Error(`${file.path} is too long`);
      hash.update(chunk);
      await onDisk(handle.appendFile(chunk));
    }
  } finally {
    // Some file systems report a full disk only here.
    await onDisk(handle.close());
  }
  if (written < file.bytes) throw new Error(`${file.path} is incomplete`);
  if (hash.digest('hex') !== file.sha256) {
    throw new Error(`${file.path} has the wrong content`);
  }
}

/** Removes the remains of crashed downloads in `dir` and below. */
export async function removeAbandoned(dir: string): Promise<void> {
  const names = await fs.readdir(dir, { recursive: true }).catch(() => []);
  for (const name of names) {
    const pid = /\.partial-(\d+)-[^/\\]+$/.exec(name)?.[1];
    const path = join(dir, name);
    if (pid && (await isAbandoned(path, Number(pid)))) await fs.rm(path, { force: true });
  }
}

async function isAbandoned(path: string, pid: number): Promise<boolean> {
  if (beingWritten.has(path)) return false;
  // Process ids repeat, above all in containers, where the program always has id 1.
  if (pid === process.pid || !isAlive(pid)) return true;
  const stats = await fs.stat(path).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS;
}

async function onDisk<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    throw new CannotStore((cause as Error).message, { cause });
  }
}
