import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = import.meta.dir;

/** The module that stands for `folder_words.ts` wherever folders cannot be looked through. */
export const FOLDER_WORDS = join(FOLDER, 'folder_words.ts');

/** The source of that module, with the folders as they are now. */
export function bundledWords(): string {
  const types = operationTypes();
  const withWords = types.filter((type) => existsSync(join(FOLDER, type, 'words.ts')));
  const imports = withWords.map(
    (type, index) => `import words${index} from ${JSON.stringify(join(FOLDER, type, 'words.ts'))};`,
  );
  const entries = types.map((type) => {
    const index = withWords.indexOf(type);
    return `${JSON.stringify(type)}: ${index < 0 ? 'undefined' : `words${index}`},`;
  });
  return `${imports.join('\n')}\nexport const folderWords = {\n${entries.join('\n')}\n};\n`;
}

function operationTypes(): string[] {
  const runs = [...new Bun.Glob('*/run.ts').scanSync(FOLDER)];
  return runs.map((path) => path.slice(0, -'/run.ts'.length)).sort();
}
