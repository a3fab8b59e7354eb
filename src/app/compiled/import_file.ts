/**
 * Imports a file that was found by looking, rather than named in the source. In the compiled
 * program this module is another one, which knows the files of the folders that are looked through.
 */
export function importFile(path: string): Promise<unknown> {
  return import(path);
}
