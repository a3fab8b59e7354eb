import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK_BYTES = 1 << 20;

/** Whether two files are equal. Rejects with the signal's reason when it aborts. */
async function haveSameBytes(paths: [string, string], signal: AbortSignal): Promise<boolean> {
  await using one = await open(paths[0]);
  await using other = await open(paths[1]);
  const chunks = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)] as const;
  for (;;) {
    signal.throwIfAborted();
    const [{ bytesRead }, read] = await Promise.all([one.read(chunks[0]), other.read(chunks[1])]);
    if (bytesRead !== read.bytesRead) return false;
    if (bytesRead === 0) return true;
    if (!chunks[0].subarray(0, bytesRead).equals(chunks[1].subarray(0, bytesRead))) return false;
  }
}

/** The name of the file among the imports that has the same bytes as the file at `path`. */
export async function twinOf(
  importsDir: string,
  path: string,
  imports: { name: string; bytes?: number }[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { size } = await stat(path);
  for (const { name, bytes } of imports) {
    if (bytes !== size) continue;
    if (await haveSameBytes([path, join(importsDir, name)], signal)) return name;
  }
  return undefined;
}
