import { createReadStream, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { count, counted } from '../../text/format.ts';
import { MODEL_FILES, type ModelFile } from './manifest.ts';

export interface WrongFile {
  file: ModelFile;
  /** Continues a sentence: "is missing". */
  problem: string;
  isMissing: boolean;
}

const MISSING = 'is missing';

/**
 * Compares a folder with the manifest. Hashing it takes about 60 ms, so a verified file is not hashed
 * again until its size or time changes, unless `hashAll` is set.
 */
export function createVerifier(
  files: readonly ModelFile[] = MODEL_FILES,
): (dir: string, options?: { hashAll: boolean }) => Promise<WrongFile[]> {
  const verified = new Map<string, string>();

  async function problemOf(path: string, file: ModelFile): Promise<string | undefined> {
    const stats = await fs.stat(path).catch(() => undefined);
    if (!stats?.isFile()) return MISSING;
    if (file.bytes > 0 && stats.size !== file.bytes)
      return `has ${counted(stats.size, 'byte')} instead of ${count(file.bytes)}`;
    if (file.sha256 === '') return undefined;
    const version = `${stats.ino} ${stats.mtimeMs}`;
    if (verified.get(path) === version) return undefined;
    if ((await sha256Of(path)) !== file.sha256) return 'has the wrong content';
    verified.set(path, version);
    return undefined;
  }

  return async (dir, { hashAll } = { hashAll: false }) => {
    if (hashAll) verified.clear();
    const wrong: WrongFile[] = [];
    for (const file of files) {
      const problem = await problemOf(join(dir, file.path), file);
      if (problem) wrong.push({ file, problem, isMissing: problem === MISSING });
    }
    return wrong;
  };
}

async function sha256Of(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
