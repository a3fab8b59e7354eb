import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BunPlugin } from 'bun';
import { bundledWords, FOLDER_WORDS } from '../../operations/bundled_words.ts';
import { ASSETS, storeAssets } from '../../web/assets/index.ts';
import {
  COMPILED_PROGRAMS,
  findCompiled,
  LIBRARIES,
  type LibraryFile,
  PROGRAM,
  ROOT,
  SEEN,
  seenNow,
  sourceKey,
} from './compiled.ts';

const ENTRY = join(ROOT, 'src/cli/program.ts');
const IMPORT_FILE = join(ROOT, 'src/platform/import_file.ts');

/** Sources that replace the modules which find files at run time. */
const REPLACED: Record<string, () => string> = {
  [IMPORT_FILE]: knownFiles,
  [FOLDER_WORDS]: bundledWords,
};

/** Folders whose files are found at run time: see `importFile`. */
const SEARCHED_FOLDERS = ['src/operations'];

const EXTERNAL = [
  // It loads files that lie beside it.
  'onnxruntime-node',
  // Most starts do not use them, and every start reads the whole compiled program.
  '@elysiajs/openapi',
  '@fastify/busboy',
  '@modelcontextprotocol/server',
  '@the-convocation/twitter-scraper',
  '@xdevplatform/xdk',
  'file-type',
  'html-entities',
  'tar-stream',
  'watr',
];

/** A compilation that takes longer than this has been abandoned, in ms. */
const MAX_COMPILE_MS = 120_000;

/** How many compiled programs are kept, so that switching between versions does not compile again. */
const MAX_KEPT = 3;

/**
 * Compiles the program into a folder of its own, unless that exists or is being made.
 * @returns the folder; undefined when another process is making it or the sources changed meanwhile.
 * @throws when it cannot be written, or the sources cannot be compiled.
 */
export async function compile(): Promise<string | undefined> {
  const key = sourceKey();
  const folder = join(COMPILED_PROGRAMS, key);
  if (findCompiled() === folder) {
    remember(key);
    return folder;
  }
  const making = `${folder}.new`;
  if (!startMaking(making)) return undefined;
  try {
    await build(making);
    // Sources that changed meanwhile were read from two versions.
    if (sourceKey() !== key) return undefined;
    // A folder in its place is out of date.
    rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  removeOldOnes(key);
  remember(key);
  return folder;
}

/** Lets the next start find the program without reading every source. */
function remember(key: string): void {
  const seen = seenNow(key);
  if (!seen) return;
  const path = join(COMPILED_PROGRAMS, SEEN);
  writeDurably(`${path}.${process.pid}`, JSON.stringify(seen));
  renameSync(`${path}.${process.pid}`, path);
}

/** One process at a time. */
function startMaking(making: string): boolean {
  mkdirSync(COMPILED_PROGRAMS, { recursive: true });
  try {
    mkdirSync(making);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (Date.now() - statSync(making).mtimeMs < MAX_COMPILE_MS) return false;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  return true;
}

async function build(folder: string): Promise<void> {
  mkdirSync(join(folder, ASSETS));
  const write = (name: string, content: string | Uint8Array) =>
    writeDurably(join(folder, name), content);
  const built = await Bun.build({
    entrypoints: [ENTRY],
    target: 'bun',
    format: 'cjs',
    bytecode: true,
    minify: { whitespace: true, syntax: true },
    sourcemap: 'linked',
    metafile: true,
    external: EXTERNAL,
    plugins: [inPlace],
  });
  // Bun 1.4.4 omits the bytecode without an error when the program is not a valid script.
  if (!built.outputs.some(({ kind }) => kind === 'bytecode')) {
    throw new Error(`The program could not be compiled: ${built.logs.join('; ')}`);
  }
  for (const output of built.outputs) {
    const name = output.path.replace(/^.*?program\.js/, PROGRAM);
    write(name, new Uint8Array(await output.arrayBuffer()));
  }
  const inputs = [...Object.keys(built.metafile?.inputs ?? {}), ...(await storeAssets(write))];
  const libraries = inputs
    .map((path) => resolve(path))
    .filter((path) => path.includes('/node_modules/'))
    .map(asLibraryFile);
  write(LIBRARIES, JSON.stringify(libraries));
}

function asLibraryFile(path: string): LibraryFile {
  const { size, mtimeMs } = statSync(path);
  return [relative(ROOT, path), size, mtimeMs];
}

/** After a power cut the folder must not exist without its files. */
function writeDurably(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeOldOnes(current: string): void {
  const age = (name: string) => statSync(join(COMPILED_PROGRAMS, name)).mtimeMs;
  const others = readdirSync(COMPILED_PROGRAMS).filter((name) => /^[0-9a-f]+$/.test(name));
  const oldest = others.sort((a, b) => age(b) - age(a)).slice(MAX_KEPT);
  for (const name of oldest) {
    if (name !== current) rmSync(join(COMPILED_PROGRAMS, name), { recursive: true, force: true });
  }
}

/** Replaces `import.meta` in each file, so that it finds the files beside its source. */
const inPlace: BunPlugin = {
  name: 'in place',
  setup(build) {
    build.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const source = REPLACED[path]?.() ?? (await Bun.file(path).text());
      return { contents: inItsPlace(source, path), loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/** @throws when the source uses anything else of `import.meta`, or imports a computed path. */
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

if (import.meta.main) await compile();
