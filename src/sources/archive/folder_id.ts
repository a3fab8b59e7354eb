import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partialPrefix } from './archive_files.ts';

/** Hidden, so that it is no import. A folder that machines share has one. */
const ID_FILE = '.folder-id';

/** What tells an imports folder from those of other machines; undefined until it is needed. */
export function folderId(importsDir: string): string | undefined {
  try {
    return readFileSync(join(importsDir, ID_FILE), 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The same, made if there is none. Of several processes that make it at once, one does.
 * @throws what the system refuses.
 */
export function makeFolderId(importsDir: string): string {
  const known = folderId(importsDir);
  if (known !== undefined) return known;
  const id = crypto.randomUUID();
  const partial = join(importsDir, partialPrefix + id);
  writeFileSync(partial, `${id}\n`, { flush: true });
  try {
    // Unlike a file that is created and then written, others see it with its content or not at all.
    linkSync(partial, join(importsDir, ID_FILE));
    return id;
  } catch (error) {
    const others = folderId(importsDir);
    if (others === undefined) throw error;
    return others;
  } finally {
    rmSync(partial, { force: true });
  }
}
