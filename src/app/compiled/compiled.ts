import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reading, transpiling and compiling some 550 files takes most of a start. What comes out of it is
 * kept beside the packages, where whoever can write could change the program as well.
 */
export const ROOT = join(import.meta.dir, '..', '..', '..');
export const COMPILED_PROGRAMS = join(ROOT, 'node_modules', '.cache', 'xgpt');

/** The folder of one compiled program holds these. */
export const PROGRAM = 'program.js';
export const LIBRARIES = 'libraries.json';

const OWN_FOLDERS = ['src', 'views', 'public'];
const OWN_FILES = ['package.json', 'bun.lock', 'tsconfig.json'];

/** In the folder of all of them: which one fits, and by what that can be told. */
export const SEEN = 'seen.json';

const MOMENT_MS = 2_000;

/** A source, or a folder of them, as the file system tells of it; any change shows in the last one. */
type SeenFile = [path: string, bytes: number, mtimeMs: number, ctimeMs: number];

export interface Seen {
  place: string;
  key: string;
  files: SeenFile[];
}

/** A file of a package as it was when it was compiled. */
export type LibraryFile = [path: string, bytes: number, mtimeMs: number];

/**
 * The folder of the program as compiled from exactly the sources and packages that are installed
 * now, by this Bun; undefined when there is none, or when the sources are asked for.
 */
export function findCompiled(): string | undefined {
  if (!mayUseCompiled()) return undefined;
  return findUntouched() ?? findByContent();
}

/** Where no file was touched since it was seen to fit, nothing has to be read: 2 ms instead of 8. */
export function findUntouched(): string | undefined {
  const seen = readJson<Seen>(join(COMPILED_PROGRAMS, SEEN));
  if (seen?.place !== place() || !seen.files.every(isUntouched)) return undefined;
  return withItsLibraries(join(COMPILED_PROGRAMS, seen.key));
}

function findByContent(): string | undefined {
  const folder = join(COMPILED_PROGRAMS, sourceKey());
  return withItsLibraries(folder);
}

/** The folder, when it is there and was made of the packages that are installed. */
function withItsLibraries(folder: string): string | undefined {
  const libraries = readJson<LibraryFile[]>(join(folder, LIBRARIES));
  return libraries?.every(isUnchanged) ? folder : undefined;
}

/**
 * Remembers that the sources as they lie there are those of `key`. What was touched a moment ago may
 * be touched again within the same tick of the file system's clock, and is not remembered.
 * @returns undefined then.
 */
export function seenNow(key: string): Seen | undefined {
  const files = [...ownFolders(), ...ownFiles()].map(asSeen);
  const newest = Math.max(...files.map(([, , , changedMs]) => changedMs));
  if (newest > Date.now() - MOMENT_MS || sourceKey() !== key) return undefined;
  return { place: place(), key, files };
}

/**
 * Options of Bun's own (`--watch`, `--preload`, `--inspect`) are about the sources; the one that
 * `bin/xgpt` gives is not.
 */
export function mayUseCompiled(): boolean {
  const options = process.execArgv.filter((option) => !option.startsWith('--tsconfig-override='));
  return options.length === 0 && process.env.XGPT_CODE_CACHE !== 'off';
}

/** Differs whenever a source, the list of packages, the place or Bun itself does. */
export function sourceKey(): string {
  const hash = new Bun.CryptoHasher('sha256');
  hash.update(place());
  for (const path of ownFiles()) {
    const content = readFileSync(join(ROOT, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Where and by what the program runs. */
function place(): string {
  return JSON.stringify([Bun.version, Bun.revision, process.platform, process.arch, ROOT]);
}

function ownFolders(): string[] {
  const below = OWN_FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1)),
  );
  return [...OWN_FOLDERS, ...below];
}

function ownFiles(): string[] {
  const inFolders = OWN_FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1)),
  );
  return [...OWN_FILES, ...inFolders].sort();
}

function readJson<Content>(path: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isUnchanged([path, bytes, mtimeMs]: LibraryFile): boolean {
  const now = lstatSync(join(ROOT, path), { throwIfNoEntry: false });
  return now?.size === bytes && now.mtimeMs === mtimeMs;
}

function asSeen(path: string): SeenFile {
  const { size, mtimeMs, ctimeMs } = lstatSync(join(ROOT, path));
  return [path, size, mtimeMs, ctimeMs];
}

function isUntouched([path, bytes, mtimeMs, ctimeMs]: SeenFile): boolean {
  const now = lstatSync(join(ROOT, path), { throwIfNoEntry: false });
  return now?.size === bytes && now.mtimeMs === mtimeMs && now.ctimeMs === ctimeMs;
}
