import type { NameState } from '../../library/import_names.ts';
import type { Library } from '../../library/library.ts';
import { folderId, listImports, makeFolderId } from '../../sources/archive/index.ts';

export interface NameDeps {
  library: Pick<Library, 'claimImports' | 'importsElsewhere'>;
  importsDir: string;
}

/** Gives a name to this machine's imports folder. @returns false when the folder of another one has it. */
export async function claimName({ library, importsDir }: NameDeps, name: string): Promise<boolean> {
  const own = await library.claimImports([name], () => makeFolderId(importsDir));
  return own.length > 0;
}

/** Gives the names of what is in the imports folder to it, as far as others do not have them. */
export async function claimStored({ library, importsDir }: NameDeps): Promise<void> {
  const names = (await listImports(importsDir)).map(({ name }) => name);
  if (names.length > 0) await library.claimImports(names, () => makeFolderId(importsDir));
}

/** The names that the folders of other machines have, and what has become of their archives. */
export function namesElsewhere({ library, importsDir }: NameDeps) {
  return library.importsElsewhere(() => folderId(importsDir));
}

/** Why an archive in the imports folder cannot be read. */
export function takenNameText(name: string, state: NameState = 'stored'): string {
  const why =
    state === 'stored'
      ? `Another machine has another archive named "${name}".`
      : `The library has posts of another archive named "${name}", which was removed from another machine.`;
  return `${why} Rename this one in the imports folder, and start the job again.`;
}
