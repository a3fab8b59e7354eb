import type { NamedAuthor } from '../../library/library.ts';
import type { OperationDeps } from '../deps.ts';
import { type StoredImport, storedImports } from '../scrape/imports.ts';

/** Sources of which an archive's posts are, besides the name that they have in the library. */
const SOURCES_OF = { x: ['archive', 'x'], bluesky: ['bluesky'] };

/**
 * The names of stored archives that have posts of an author: those that are theirs, and those from which posts of
 * theirs were imported. Has to be asked before the posts and the profile are deleted.
 */
export async function archivesOf(deps: OperationDeps, author: NamedAuthor): Promise<string[]> {
  const imported = new Set(deps.library.importsOf(author));
  const archives = await storedImports(deps);
  const theirs = archives
    .filter((one) => !one.removed && (imported.has(one.name) || isOwner(one, author)))
    .map(({ name }) => name);
  // Another machine may have one of the same name.
  return [...new Set(theirs)];
}

function isOwner({ kind, owner }: StoredImport, { source, username }: NamedAuthor): boolean {
  if (kind === undefined || owner?.toLowerCase() !== username.toLowerCase()) return false;
  return SOURCES_OF[kind].includes(source);
}
