import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = import.meta.dir;

/** The module that bundles replace, because they cannot read folders. */
export const FOLDER_WORDS = join(FOLDER, 'folder_words.ts');

/** The source of its replacement in the compiled program. */
export function bundledWords(): string {
  return [imports('folderWords', 'words.ts'), imports('folderSentences', 'sentence.ts')].join('');
}

/** The source of its replacement in the browser's script, which only needs the sentences. */
export function bundledSentences(): string {
  return `export const folderWords = {};\n${imports('folderSentences', 'sentence.ts')}`;
}

/** Source of an object with the default export of `file` for each type. */
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
