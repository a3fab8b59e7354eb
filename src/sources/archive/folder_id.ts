import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partialPrefix } from './archive_files.ts';

/** Hidden, so that it is no import. A folder that machines share has one. */
const ID_FILE = '.folder-id';

/** What tells an imports folder from those of other machines; undefined until it is needed, or when it cannot be read. */
export function folderId(importsDir: string): string | undefined {
  try {
    return readFileSync(join(importsDir, ID_FILE), 'utf8').trim() || undefined;
  } catch {
    return undefined;
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
  const path = join(importsDir, ID_FILE);
  const partial = join(importsDir, partialPrefix + id);
  writeFileSync(partial, id, { flush: true });
  try {
    // Unlike a file that is created and then written, others see it with its content or not at all.
    linkSync(partial, path);
    return id;
  } catch {
    return folderId(importsDir) ?? withoutLink(path, id);
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Some file systems have no hard links. */
function withoutLink(path: string, id: string): string {
  writeFileSync(path, id, { flag: 'wx', flush: true });
  return id;
}
