import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reading and compiling some 550 files takes most of a start, so the result is kept. It lies beside
 * the packages: who can write there can change the program anyway.
 */
export const ROOT = join(import.meta.dir, '..', '..', '..');
export const COMPILED_PROGRAMS = join(ROOT, 'node_modules', '.cache', 'xgpt');

/** The folder of one compiled program holds these. */
export const PROGRAM = 'program.js';
export const LATER = 'later.js';
export const LIBRARIES = 'libraries.json';

const OWN_FOLDERS = ['src', 'views', 'public', 'migrations'];
/** An installed package has no `bun.lock`: its packages are those of the program around it. */
const OWN_FILES = ['package.json', 'bun.lock', 'tsconfig.json'];

/** Records which compiled program matches the sources, and the state of the sources then. */
export const SEEN = 'seen.json';

const MOMENT_MS = 2_000;

/** The file system's data of a source file or folder; `ctimeMs` changes with every change. */
type SeenFile = [path: string, bytes: number, mtimeMs: number, ctimeMs: number];

export interface Seen {
  place: string;
  key: string;
  files: SeenFile[];
}

/** A file of a package at the time of the compilation. */
export type LibraryFile = [path: string, bytes: number, mtimeMs: number];

/**
 * The folder of the program as compiled by this Bun from exactly these sources and packages;
 * undefined when there is none, or when the sources are to be used.
 */
export function findCompiled(): string | undefined {
  if (!mayUseCompiled()) return undefined;
  return findUntouched() ?? findByContent();
}

/** When no file was touched since the last check, nothing has to be read: 4 ms instead of 16. */
export function findUntouched(): string | undefined {
  const seen = readJson<Seen>(join(COMPILED_PROGRAMS, SEEN));
  if (seen?.place !== place() || !seen.files.every(isUntouched)) return undefined;
  return withItsLibraries(join(COMPILED_PROGRAMS, seen.key));
}

function findByContent(): string | undefined {
  const folder = join(COMPILED_PROGRAMS, sourceKey());
  return withItsLibraries(folder);
}

/** The folder, if it exists and was compiled from the installed packages. */
function withItsLibraries(folder: string): string | undefined {
  const libraries = readJson<LibraryFile[]>(join(folder, LIBRARIES));
  return libraries?.every(isUnchanged) ? folder : undefined;
}

/**
 * The state of the sources that belong to `key`.
 * @returns undefined for files that were touched a moment ago: they may change again within the same
 * tick of the file system's clock.
 */
export function seenNow(key: string): Seen | undefined {
  const files = [...ownFolders(), ...ownFiles()].map(asSeen);
  const newest = Math.max(...files.map(([, , , changedMs]) => changedMs));
  if (newest > Date.now() - MOMENT_MS || sourceKey() !== key) return undefined;
  return { place: place(), key, files };
}

/**
 * Whether the compiled program may run. Options of Bun (`--watch`, `--preload`, `--inspect`) need
 * the sources.
 */
export function mayUseCompiled(): boolean {
  return process.execArgv.length === 0 && process.env.XGPT_CODE_CACHE?.trim() !== 'off';
}

/** Differs whenever a source, the list of packages, the program's folder or Bun differs. */
export function sourceKey(): string {
  const hash = new Bun.CryptoHasher('sha256');
  hash.update(place());
  for (const path of ownFiles()) {
    const content = readFileSync(join(ROOT, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Where the program lies, and what runs it. */
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
  const besides = OWN_FILES.filter((name) => existsSync(join(ROOT, name)));
  return [...besides, ...inFolders].sort();
}

function readJson<Content>(path: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isUnchanged([path, bytes, mtimeMs]: LibraryFile): boolean {
  const now = stateOf(path);
  return now?.size === bytes && now.mtimeMs === mtimeMs;
}

function asSeen(path: string): SeenFile {
  const { size, mtimeMs, ctimeMs } = lstatSync(join(ROOT, path));
  return [path, size, mtimeMs, ctimeMs];
}

function isUntouched([path, bytes, mtimeMs, ctimeMs]: SeenFile): boolean {
  const now = stateOf(path);
  return now?.size === bytes && now.mtimeMs === mtimeMs && now.ctimeMs === ctimeMs;
}

const IF_THERE = { throwIfNoEntry: false } as const;

/** Of some 1,400 files at every start: to join and normalise their paths would take a third of it. */
function stateOf(path: string) {
  return lstatSync(`${ROOT}/${path}`, IF_THERE);
}
