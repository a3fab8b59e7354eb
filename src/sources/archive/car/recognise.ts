import { type FileHandle, open, stat } from 'node:fs/promises';
import { LOOK_BYTES, looksLikeCar } from './header.ts';

/**
 * Whether a file is a CAR, by its content. An empty or damaged one is by its name, so that its error
 * does not speak of zip files.
 */
export async function isCar(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false;
  const file = await open(path);
  try {
    const beginning = await beginningOf(file);
    return looksLikeCar(beginning) || (/\.car$/i.test(path) && !isZip(beginning));
  } finally {
    await file.close();
  }
}

async function beginningOf(file: FileHandle): Promise<Uint8Array> {
  const buffer = new Uint8Array(LOOK_BYTES);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return buffer.subarray(0, bytesRead);
}

function isZip(beginning: Uint8Array): boolean {
  return Buffer.from(beginning.subarray(0, 2)).toString('latin1') === 'PK';
}
