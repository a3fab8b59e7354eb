import { promises as fs, readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { storing } from '../../platform/storage_issue.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { NotFound, SourceError, Unreadable } from '../source.ts';
import { defaultArchiveLimits, partialPrefix } from './archive_files.ts';
import { openArchive } from './open_archive.ts';

/** An archive in the imports folder: a zip, a CAR file or an unpacked folder. */
export interface Import {
  name: string;
  /** Absent for a folder. */
  bytes?: number;
  addedAt: Date;
}

/** An upload exceeds the maximum size. */
export class ImportTooLarge extends SourceError {
  override readonly name = 'ImportTooLarge';
  override readonly permanent = true;
}

/** A zip from X, or the export of a Bluesky account. */
const IMPORT_FILE = /\.(?:zip|car)$/i;

/** The imports, newest first; none when the folder does not exist. */
export async function listImports(importsDir: string): Promise<Import[]> {
  const entries = await fs.readdir(importsDir, { withFileTypes: true }).catch(absentIsEmpty);
  const visible = entries.filter(
    (entry) =>
      !entry.name.startsWith('.') &&
      (entry.isDirectory() || (entry.isFile() && IMPORT_FILE.test(entry.name))),
  );
  const imports = await Promise.all(
    visible.map(async ({ name }) => {
      const stats = await fs.stat(join(importsDir, name));
      return { name, addedAt: stats.birthtime, ...(stats.isFile() && { bytes: stats.size }) };
    }),
  );
  return imports.sort((a, b) => b.addedAt.getTime() - a.addedAt.getTime());
}

function absentIsEmpty(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** The names of the imports, and of whatever else is in the folder and not hidden; none when it cannot be read. */
export function importNames(importsDir: string): string[] {
  try {
    return readdirSync(importsDir).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

/**
 * The real path of an import.
 * @param hasOtherMachines whether others, on which it may be, run jobs too.
 * @throws NotFound unless the name is an entry directly inside the folder, and not a symbolic link that
 * leads out of it.
 */
export async function importPath(
  importsDir: string,
  name: string,
  hasOtherMachines = false,
): Promise<string> {
  if (!isPlainName(name)) throw unknownImport(name);
  try {
    const folder = await fs.realpath(importsDir);
    const path = await fs.realpath(join(folder, name));
    const known = IMPORT_FILE.test(name) || (await fs.stat(path)).isDirectory();
    if (known && path.startsWith(folder + sep)) return path;
  } catch (error) {
    if (!isAbsent(error as NodeJS.ErrnoException)) throw error;
  }
  throw hasOtherMachines ? absentImport(name) : unknownImport(name);
}

function isAbsent({ code = '' }: NodeJS.ErrnoException): boolean {
  return ['ENOENT', 'ENAMETOOLONG', 'ELOOP'].includes(code);
}

function isPlainName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: system calls cut a path at a NUL
  return name !== '' && !name.startsWith('.') && !/[/\\\u0000-\u001f]/.test(name);
}

function unknownImport(name: string): NotFound {
  return new NotFound(
    `There is no import named "${cut(name, MAX_NAME)}". Upload the file, which starts a new job, ` +
      'or copy it into the imports folder under this name.',
  );
}

function absentImport(name: string): NotFound {
  return new NotFound(
    `There is no import named "${cut(name, MAX_NAME)}" on this machine. Start the job at the server to which it was uploaded, ` +
      'upload it here, or set XGPT_IMPORTS_DIR on all machines to a folder that they share.',
  );
}

/** Where an import is stored. */
interface Place {
  importsDir: string;
  /** Takes a name, unless something else has it although no file here does, such as an import that was removed. */
  claim?: (name: string) => Promise<boolean>;
}

export interface ImportUpload extends Place {
  /** The name given by the client; only its letters, digits, `-`, `_` and `.` are kept. */
  fileName: string;
  stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Maximum size. */
  maxBytes: number;
  signal?: AbortSignal;
}

/** A file that was received. */
export interface ReceivedImport {
  name: string;
  bytes: number;
  /** The same bytes were stored before, under this name: nothing was added. */
  isKnown?: true;
}

/**
 * Stores an uploaded archive, unless a file with the same bytes is there. It is listed only when it is
 * complete and an archive; nothing remains after an error.
 * @returns its name: that of the import with the same bytes, or one that no other import has.
 * @throws ImportTooLarge, Unreadable when it is not an archive, StorageFailed, or the signal's reason.
 */
export function receiveImport(upload: ImportUpload): Promise<ReceivedImport> {
  return storing(upload.importsDir, () => receive(upload));
}

async function receive(upload: ImportUpload): Promise<ReceivedImport> {
  const { importsDir, fileName, signal = new AbortController().signal } = upload;
  await fs.mkdir(importsDir, { recursive: true });
  const partial = join(importsDir, partialPrefix + crypto.randomUUID());
  try {
    const bytes = await save(upload, partial);
    const { checkUpload } = await import('./check_upload.ts');
    const ending = await checkUpload(partial, fileName, signal);
    const { twinOf } = await import('./same_bytes.ts');
    const twin = await twinOf(importsDir, partial, await listImports(importsDir), signal);
    if (twin) return { name: twin, bytes, isKnown: true };
    const name = await reserveName(upload, fileName, ending, reserveFile);
    await fs.rename(partial, join(importsDir, name));
    return { name, bytes };
  } finally {
    // The error that brought us here says more than that of a folder in which nothing can be removed.
    await fs.rm(partial, { force: true }).catch(() => {});
  }
}

async function save({ stream, maxBytes, signal }: ImportUpload, path: string): Promise<number> {
  const file = await fs.open(path, 'wx');
  let bytes = 0;
  try {
    // Bun's web streams are async iterables, unlike the DOM's types.
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      await file.writeFile(chunk);
    }
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}

function tooLarge(maxBytes: number): ImportTooLarge {
  const limit = Math.floor(maxBytes / 1024 ** 2).toLocaleString('en');
  return new ImportTooLarge(
    `The upload is larger than ${limit} MB. Copy the archive, zipped or unpacked, ` +
      'into the imports folder of the data folder instead.',
  );
}

/**
 * Stores an unpacked archive: only the files that are read, and the pictures of posts. It is listed only when it is complete;
 * nothing remains after an error.
 * @returns its name, which is never that of an existing import.
 * @throws Unreadable when the folder contains no archive, StorageFailed, or the signal's reason.
 */
export function receiveFolder(
  importsDir: string,
  folder: string,
  signal: AbortSignal,
  claim?: Place['claim'],
): Promise<{ name: string }> {
  return storing(importsDir, () => copyFolder({ importsDir, claim }, folder, signal));
}

async function copyFolder(place: Place, folder: string, signal: AbortSignal) {
  const { importsDir } = place;
  await fs.mkdir(importsDir, { recursive: true });
  const partial = join(importsDir, partialPrefix + crypto.randomUUID());
  const files = await openArchive(folder, defaultArchiveLimits, signal);
  try {
    if (files.sizes.size === 0) throw noArchive(folder);
    for (const file of files.sizes.keys()) {
      const path = join(partial, file);
      await fs.mkdir(dirname(path), { recursive: true });
      await fs.writeFile(path, files.read(file, signal), { flush: true });
      // When the archive was made, where it does not say so itself.
      if (files.modifiedAt) await fs.utimes(path, files.modifiedAt, files.modifiedAt);
    }
    const { copyPictures } = await import('./post_pictures.ts');
    await copyPictures(folder, partial, signal);
    const name = await reserveName(place, folder, '', (path) => fs.mkdir(path));
    await fs.rename(partial, join(importsDir, name));
    return { name };
  } finally {
    await files.close();
    await fs.rm(partial, { recursive: true, force: true }).catch(() => {});
  }
}

function noArchive(folder: string): Unreadable {
  return new Unreadable(
    `There is no X data archive in ${folder}. Use the folder that contains "data", or the zip file from X.`,
  );
}

async function reserveFile(path: string): Promise<void> {
  await (await fs.open(path, 'wx')).close();
}

/** Creates an empty file or folder with the first free name, so that no two imports share one. */
async function reserveName(
  { importsDir, claim = async () => true }: Place,
  givenName: string,
  ending: string,
  reserve: (path: string) => Promise<unknown>,
): Promise<string> {
  const base = safeBase(givenName);
  for (let copy = 1; ; copy += 1) {
    const name = `${base}${copy === 1 ? '' : `-${copy}`}${ending}`;
    if (!(await claim(name))) continue;
    try {
      await reserve(join(importsDir, name));
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function safeBase(fileName: string): string {
  const lastPart = fileName.split(/[/\\]/).at(-1) ?? '';
  const safe = lastPart
    .replace(IMPORT_FILE, '')
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 100);
  return safe || 'archive';
}

/**
 * Deletes an import, a folder with all its content.
 * @throws NotFound when there is no import of that name, StorageFailed.
 */
export async function removeImport(importsDir: string, name: string): Promise<void> {
  await importPath(importsDir, name);
  await storing(importsDir, () => fs.rm(join(importsDir, name), { recursive: true }));
}

/**
 * Deletes the remains of uploads and copies whose process crashed. Those written to within `idleMs` are
 * kept: another process that shares the folder may be writing them.
 */
export async function removeStalePartials(importsDir: string, idleMs = 600_000): Promise<void> {
  for (const name of partialsIn(importsDir)) {
    const path = join(importsDir, name);
    const { mtimeMs } = await fs.stat(path);
    if (Date.now() - mtimeMs >= idleMs) await fs.rm(path, { recursive: true, force: true });
  }
}

/** Every start looks for them, and loading `fs.promises` would take 1.3 ms of it. */
function partialsIn(importsDir: string): string[] {
  try {
    return readdirSync(importsDir).filter((name) => name.startsWith(partialPrefix));
  } catch (error) {
    return absentIsEmpty(error as NodeJS.ErrnoException);
  }
}
