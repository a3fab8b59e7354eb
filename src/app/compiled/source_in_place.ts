import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundledWords, FOLDER_WORDS } from '../../operations/bundled_words.ts';
import { ROOT } from './compiled.ts';
import { OWN_JSX } from './own_jsx.ts';

const IMPORT_FILE = join(ROOT, 'src/platform/import_file.ts');

/** Sources that replace the modules which find files at run time. */
const REPLACED: Record<string, () => string> = {
  [IMPORT_FILE]: knownFiles,
  [FOLDER_WORDS]: bundledWords,
};

/** Folders whose files are found at run time: see `importFile`. */
const SEARCHED_FOLDERS = ['src/operations'];

/**
 * A source of the program as it is bundled: it finds the files beside it although it runs elsewhere.
 * @throws when the source uses anything else of `import.meta`, or imports a computed path.
 */
export async function sourceOf(path: string): Promise<string> {
  const source = inItsPlace(REPLACED[path]?.() ?? (await Bun.file(path).text()), path);
  return path.endsWith('.tsx') ? `${OWN_JSX} ${source}` : source;
}

function inItsPlace(source: string, path: string): string {
  const places: Record<string, string> = {
    dir: dirname(path),
    path,
    url: pathToFileURL(path).href,
  };
  const placed = source.replace(/\bimport\.meta\.(dir|path|url)\b/g, (_, of: string) =>
    JSON.stringify(places[of]),
  );
  const wrong = /\bimport\.meta\b.*|(?<!function )\bimport\((?!['"]).*/.exec(placed);
  if (wrong) throw new Error(`${path} cannot be compiled because of ${wrong[0]}`);
  return placed;
}

/** The source that replaces `import_file.ts`. */
function knownFiles(): string {
  const files = SEARCHED_FOLDERS.flatMap((folder) => {
    const names = [...new Bun.Glob('**/*.{ts,tsx}').scanSync(join(ROOT, folder))].sort();
    return names.map((name) => JSON.stringify(join(ROOT, folder, name)));
  });
  const imports = files.map((path) => `[${path}]: () => import(${path}),`);
  return `
    const FILES = { ${imports.join('\n')} } as Record<string, () => Promise<unknown>>;
    export async function importFile(path: string) {
      const load = FILES[path];
      if (!load) throw new Error(path + ' was not there when the program was compiled.');
      return load();
    }`;
}
