import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationWords } from './operation.ts';
import type { Sentence } from './sentences.ts';

/**
 * The words and sentences of all types, read when the program starts. The compiled program and the
 * browser's script contain another module in its place, with an import of each file: see
 * `bundled_words.ts`.
 */

const FILES = readdirSync(import.meta.dir, { recursive: true }).map((path) =>
  String(path).replaceAll('\\', '/'),
);

/** The `words.ts` of each type; `undefined` for a type without one. */
export const folderWords = fromFolders<OperationWords>('words.ts');

/** The `sentence.ts` of each type; `undefined` for a type without one. */
export const folderSentences = fromFolders<Sentence>('sentence.ts');

function fromFolders<Default>(name: string): Record<string, Default | undefined> {
  const types = FILES.flatMap((path) => /^([^/]+)\/run\.ts$/.exec(path)?.[1] ?? []);
  return Object.fromEntries(
    types.sort().map((type) => {
      const path = `${type}/${name}`;
      if (!FILES.includes(path)) return [type, undefined];
      return [type, (require(join(import.meta.dir, path)) as { default: Default }).default];
    }),
  );
}
