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
const IMPORT_FILE = join(ROOT, 'src/app/compiled/import_file.ts');

/** What stands for the modules that find files by looking. */
const REPLACED: Record<string, () => string> = {
  [IMPORT_FILE]: knownFiles,
  [FOLDER_WORDS]: bundledWords,
};

/** Where files are found by looking: see `importFile`. */
const LOOKED_THROUGH = ['src/operations'];

const LEFT_OUTSIDE = [
  // They look for files of their own beside themselves.
  'onnxruntime-node',
  'sqlite-vec',
  // Most starts never use them, and each start reads all that is inside.
  '@elysiajs/openapi',
  '@fastify/busboy',
  '@streamparser/json',
  'file-type',
  'html-entities',
  'tar-stream',
  'yauzl',
];

/** Another process that has been compiling for longer than this has died, in ms. */
const MAX_COMPILE_MS = 120_000;

/** How many are kept: going back and forth between two versions compiles neither of them again. */
const KEPT = 3;

/**
 * Compiles the program into a folder of its own, unless it is there or being made.
 * @returns the folder; undefined when another process makes it or the sources changed meanwhile.
 * @throws when it cannot be written, or something in the sources cannot be compiled.
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
    // What was read while it was changed is of neither version.
    if (sourceKey() !== key) return undefined;
    // Only what no longer fits stands in its place.
    rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  removeOldOnes(key);
  remember(key);
  return folder;
}

/** So that the next start need not read every source. */
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
    external: LEFT_OUTSIDE,
    plugins: [inPlace],
  });
  // Bun 1.4.4 leaves the bytecode out without a word when the program is no valid script.
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

/** After a power cut the folder's name must not stand for files that were never written. */
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
  const oldest = others.sort((a, b) => age(b) - age(a)).slice(KEPT);
  for (const name of oldest) {
    if (name !== current) rmSync(join(COMPILED_PROGRAMS, name), { recursive: true, force: true });
  }
}

/** Each file goes on finding what lies beside it, although it is no longer where it was. */
const inPlace: BunPlugin = {
  name: 'in place',
  setup(build) {
    build.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const source = REPLACED[path]?.() ?? (await Bun.file(path).text());
      return { contents: inItsPlace(source, path), loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/** @throws when the source asks for what only its own module can tell. */
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

/** What stands for `import_file.ts`. */
function knownFiles(): string {
  const files = LOOKED_THROUGH.flatMap((folder) => {
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
