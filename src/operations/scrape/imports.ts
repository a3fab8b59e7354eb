import type { Job, TrackerReader } from '../../jobs/index.ts';
import type { KnownImport, Library, UndoneImport } from '../../library/library.ts';
import {
  type ArchiveIdentity,
  folderId,
  type Import,
  identityOf,
  listImports,
  removeImport,
} from '../../sources/archive/index.ts';
import { NotFound } from '../../sources/source.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { isolated } from '../../text/isolated.ts';
import { claimName, type NameDeps, namesElsewhere, takenNameText } from './import_names.ts';
import type { ScrapeResult } from './input.ts';

/** An archive in the imports folder, or one that is not in it and has posts in the library. */
export interface StoredImport extends Import, Partial<ArchiveIdentity> {
  /** How many of its posts are in the library. */
  posts: number;
  /** Why it could not be read the last time. */
  problem?: string;
  /** Its file is gone; `addedAt` is the time of its first import then. */
  removed?: true;
  /** It is in the folder of another machine; `addedAt` is the time of its first import then. */
  elsewhere?: true;
}

export interface ImportDeps extends NameDeps {
  library: NameDeps['library'] &
    Pick<Library, 'imports' | 'forgetImport' | 'undoImport' | 'usernameOf'>;
}

/** A job reads the import, so it can be neither undone nor removed now. */
export class ImportInUse extends Error {
  override readonly name = 'ImportInUse';
}

/**
 * The stored archives, newest first, and after them those that have posts in the library and were removed, or are
 * on another machine.
 */
export async function storedImports(deps: ImportDeps): Promise<StoredImport[]> {
  const { library, importsDir } = deps;
  const known = new Map(library.imports().map((one) => [one.name, one]));
  const elsewhere = namesElsewhere(deps);
  const files = await listImports(importsDir);
  const present = await Promise.all(
    files.map(async (file) => ({
      ...file,
      ...identified(library, await identityOf(importsDir, file.name)),
      ...(elsewhere.has(file.name)
        ? { posts: 0, problem: takenNameText(file.name, elsewhere.get(file.name)) }
        : factsOf(known.get(file.name))),
    })),
  );
  for (const { name } of files) if (!elsewhere.has(name)) known.delete(name);
  const absent = [...known.values()].filter(({ posts }) => posts > 0);
  return [
    ...present,
    ...absent.map(({ name, posts, importedAt }) => ({
      name,
      addedAt: importedAt,
      posts,
      ...(elsewhere.get(name) === 'stored'
        ? { elsewhere: true as const }
        : { removed: true as const }),
    })),
  ];
}

/** An export has its account's id alone; the handle is known once a profile of it is. */
function identified(
  library: Pick<Library, 'usernameOf'>,
  identity: ArchiveIdentity | undefined,
): Partial<ArchiveIdentity> {
  if (identity?.kind !== 'bluesky' || identity.owner === undefined) return identity ?? {};
  const { owner } = identity;
  return { ...identity, owner: library.usernameOf('bluesky', owner) ?? owner };
}

function factsOf(known: KnownImport | undefined): Pick<StoredImport, 'posts' | 'problem'> {
  return { posts: known?.posts ?? 0, ...(known?.problem && { problem: known.problem }) };
}

/**
 * Gives a name to this machine's imports folder. False when an import that is not there any more has left posts
 * under it, or another machine has it.
 */
export function claimsOf(deps: ImportDeps): (name: string) => Promise<boolean> {
  const names = new Set(deps.library.imports().map(({ name }) => name));
  return async (name) => !names.has(name) && (await claimName(deps, name));
}

/**
 * Deletes an archive. Its posts stay.
 * @throws NotFound, StorageFailed, ImportInUse while a job reads it or waits to read it.
 */
export async function removeStoredImport(
  deps: ImportDeps & { reader: TrackerReader },
  name: string,
): Promise<void> {
  await refuseWhileUsed(deps.reader, name, await deps.reader.readActiveJobs(), 'remove it');
  await removeImport(deps.importsDir, name).catch((error) => {
    if (!(error instanceof NotFound) || namesElsewhere(deps).get(name) !== 'stored') throw error;
    throw new NotFound(`The archive "${name}" is on another machine. Remove it there.`);
  });
  await deps.library.forgetImport(name, folderId(deps.importsDir));
}

/** Deletes an archive that was just stored, and of which no job was started. */
export async function dropImport(
  deps: ImportDeps & { hasOtherMachines?: boolean },
  name: string,
): Promise<void> {
  await removeImport(deps.importsDir, name);
  if (!deps.hasOtherMachines) return;
  // A name that cannot be given back now stays this folder's, which can use it again.
  await deps.library.forgetImport(name, folderId(deps.importsDir)).catch(() => {});
}

/**
 * Removes the posts that only this import has brought. The archive stays.
 * @throws NotFound when there is no such import, ImportInUse while a job reads it.
 */
export async function undoImport(
  deps: ImportDeps & { reader: TrackerReader },
  name: string,
): Promise<UndoneImport> {
  const imports = await storedImports(deps);
  if (!imports.some((one) => one.name === name)) {
    throw new NotFound(`There is no import named "${cut(name, MAX_NAME)}".`);
  }
  await refuseWhileUsed(deps.reader, name, await deps.reader.readActiveJobs(), 'undo the import');
  return deps.library.undoImport(name, async () =>
    refuseWhileUsed(deps.reader, name, await deps.reader.readRunningJobs(), 'undo the import'),
  );
}

/** Whether no post is left of what a completed job has imported. */
export function isImportUndone(
  library: Pick<Library, 'imports'>,
  { type, status, metadata, result }: Job,
): boolean {
  if (type !== 'scrape' || status !== 'completed' || metadata?.source !== 'archive') return false;
  if (!((result as ScrapeResult | undefined)?.newPosts ?? 0)) return false;
  const known = library.imports().find(({ name }) => name === metadata.archive);
  return (known?.posts ?? 0) === 0;
}

async function refuseWhileUsed(
  reader: TrackerReader,
  name: string,
  jobs: Job[],
  then: string,
): Promise<void> {
  // A list has long names cut.
  const ids = jobs
    .filter(({ type, metadata }) => type === 'scrape' && metadata?.archive)
    .map(({ id }) => id);
  const all = await Promise.all(ids.map((id) => reader.readJob(id)));
  if (all.some((job) => job?.metadata?.archive === name)) throw inUse(name, then);
}

function inUse(name: string, then: string): ImportInUse {
  return new ImportInUse(
    `A job is importing ${isolated(name)}. Wait until it has ended, or cancel it; then ${then}.`,
  );
}
