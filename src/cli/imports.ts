import { type AppData, appData } from '../app/app_data.ts';
import { requireDataFolder } from '../app/data_folder.ts';
import { createLibrary } from '../library/index.ts';
import {
  ImportInUse,
  removeStoredImport,
  storedImports,
  undoImport,
} from '../operations/scrape/imports.ts';
import { type Config, loadConfig } from '../platform/config.ts';
import { NotFound } from '../sources/source.ts';
import { importsText, removedText, undoneText } from '../text/import_text.ts';
import { openCollected } from './collected.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { openJobs } from './open_jobs.ts';
import { print, printError, quietLog, write } from './output.ts';

export interface ImportsOptions {
  json?: boolean;
}

/** Prints the stored archives as a table, or as JSON lines. */
export async function showImports({ json }: ImportsOptions): Promise<void> {
  const imports = await storedImports(await openImports(openCollected));
  if (json) for (const one of imports) print(JSON.stringify(one));
  else if (imports.length === 0) printError('No archives. Run xgpt import <archive> to read one.');
  else write(importsText(imports));
}

/** @throws CommandFailed when there is no such import, or a job reads it. */
export async function undo(name: string, { json }: ImportsOptions): Promise<void> {
  const deps = await openImports(appData);
  const { reader } = await openJobs();
  const undone = await undoImport({ ...deps, reader }, name).catch(refuse);
  print(json ? JSON.stringify(undone) : undoneText(undone));
}

/** @throws CommandFailed when there is no such import, or a job reads it. */
export async function remove(name: string): Promise<void> {
  const deps = await openImports(appData);
  const { reader } = await openJobs();
  await removeStoredImport({ ...deps, reader }, name).catch(refuse);
  print(removedText(name));
}

/** @param open opens what was collected, to be read or to be changed. */
async function openImports(open: (config: Config) => Promise<AppData>) {
  quietLog();
  const config = loadConfig();
  requireDataFolder(config);
  return { library: createLibrary((await open(config)).db), importsDir: config.importsDir };
}

function refuse(error: unknown): never {
  if (error instanceof NotFound) throw new CommandFailed(error.message, EXIT.notFound);
  if (error instanceof ImportInUse) throw new CommandFailed(error.message, EXIT.failed);
  throw error;
}
