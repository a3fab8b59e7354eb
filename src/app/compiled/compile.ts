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
import { join, relative, resolve } from 'node:path';
import { openDatabase } from '../../platform/database.ts';
import { EMPTY_DATABASE, emptyDatabaseOf } from '../../platform/empty_database.ts';
import { ASSETS, storeAssets } from '../../web/assets/index.ts';
import { bundle } from './bundle.ts';
import {
  COMPILED_PROGRAMS,
  findCompiled,
  LIBRARIES,
  type LibraryFile,
  ROOT,
  SEEN,
  seenNow,
  sourceKey,
} from './compiled.ts';

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
  const { files, inputs: bundled } = await bundle();
  for (const { name, content } of files) write(name, content);
  write(EMPTY_DATABASE, emptyDatabaseOf(openDatabase(':memory:')));
  const inputs = [...bundled, ...(await storeAssets(write))];
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
  const names = readdirSync(COMPILED_PROGRAMS);
  const others = names.filter((name) => /^[0-9a-f]+$/.test(name));
  const abandoned = names.filter(
    (name) => name.endsWith('.new') && Date.now() - age(name) > MAX_COMPILE_MS,
  );
  const oldest = others.sort((a, b) => age(b) - age(a)).slice(MAX_KEPT);
  for (const name of [...oldest, ...abandoned]) {
    if (name !== current) rmSync(join(COMPILED_PROGRAMS, name), { recursive: true, force: true });
  }
}

if (import.meta.main) await compile();
