import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationWords } from './operation.ts';

/**
 * The `words.ts` of each folder beside this file; `undefined` for a type without one. In the
 * compiled program and in the browser's script this module is another one, with an import of each:
 * see `bundled_words.ts`.
 */
export const folderWords: Record<string, OperationWords | undefined> = Object.fromEntries(
  readdirSync(import.meta.dir, { recursive: true })
    .flatMap((path) => /^([^/\\]+)[/\\]run\.ts$/.exec(String(path))?.[1] ?? [])
    .sort()
    .map((type) => [type, wordsIn(join(import.meta.dir, type))]),
);

function wordsIn(folder: string): OperationWords | undefined {
  if (!readdirSync(folder).includes('words.ts')) return undefined;
  return (require(join(folder, 'words.ts')) as { default: OperationWords }).default;
}
