import { promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive } from '../../platform/process_ids.ts';
import type { ModelFile } from './manifest.ts';

/** Longer than any download goes without a byte, so what is older belongs to nobody, in ms. */
const ABANDONED_MS = 600_000;

/** The disk, not the network, is what failed: no other origin of the file will help. */
export class CannotStore extends Error {
  override readonly name = 'CannotStore';
}

const beingWritten = new Set<string>();

/**
 * Writes `bytes` to `target`, which appears only once it is complete and its hash is right.
 * Several processes can do so at once: each writes a file of its own and renames it.
 * @throws CannotStore when the disk refuses; Error when the bytes are not those of `file`.
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
      // Checked as it grows: a wrong address must not fill the disk before it is found out.
      if (written > file.bytes) throw new Error(`${file.path} is longer than it should be`);
      hash.update(chunk);
      await onDisk(handle.appendFile(chunk));
    }
  } finally {
    // Some file systems say only here that the disk is full.
    await onDisk(handle.close());
  }
  if (written < file.bytes) throw new Error(`${file.path} broke off`);
  if (hash.digest('hex') !== file.sha256) {
    throw new Error(`${file.path} has another content than it should`);
  }
}

/** Removes what downloads that died have left in `dir` and below. */
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
  // Process ids repeat, most of all in containers, where the program is always number 1.
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
