import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = import.meta.dir;

/** The module that is replaced wherever folders cannot be looked through. */
export const FOLDER_WORDS = join(FOLDER, 'folder_words.ts');

/** The source of that module for the compiled program, with the folders as they are now. */
export function bundledWords(): string {
  return [imports('folderWords', 'words.ts'), imports('folderSentences', 'sentence.ts')].join('');
}

/** The same for the browser's script, which needs the sentences alone. */
export function bundledSentences(): string {
  return `export const folderWords = {};\n${imports('folderSentences', 'sentence.ts')}`;
}

/** An object by type of what the file of that name exports by default. */
function imports(object: string, file: string): string {
  const types = [...new Bun.Glob('*/run.ts').scanSync(FOLDER)]
    .map((path) => path.slice(0, -'/run.ts'.length))
    .sort();
  const found = types.map((type, index) => {
    const path = join(FOLDER, type, file);
    return { type, path, name: existsSync(path) ? `${object}${index}` : undefined };
  });
  const lines = found.flatMap(({ path, name }) =>
    name ? [`import ${name} from ${JSON.stringify(path)};`] : [],
  );
  const entries = found.map(({ type, name }) => `${JSON.stringify(type)}: ${name ?? 'undefined'},`);
  return `${lines.join('\n')}\nexport const ${object} = {\n${entries.join('\n')}\n};\n`;
}
