import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { claimsOf, dropImport, type ImportDeps } from '../operations/scrape/imports.ts';
import { receiveFolder, receiveImport, storedTwin } from '../sources/archive/index.ts';
import { SourceError } from '../sources/source.ts';
import { knownText } from '../text/import_text.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { printError } from './output.ts';

/** An archive in the imports folder. */
interface Copy {
  name: string;
  /** Removes the copy; does nothing when none was made. */
  forget(): Promise<void>;
}

type CopyDeps = ImportDeps & { hasOtherMachines?: boolean };

/**
 * Copies a file or a folder into the imports folder. An archive that is already there, or a file with
 * the same bytes, is not copied. Ctrl-C cancels.
 * @throws CommandFailed when the path does not exist or is not an archive.
 */
export async function copyIntoImports(deps: CopyDeps, path: string): Promise<Copy> {
  const { importsDir } = deps;
  const from = await realpath(resolve(path)).catch(() => undefined);
  if (!from) throw new CommandFailed(`No archive found at ${path}.`, EXIT.notFound);
  if (dirname(from) === (await realpath(importsDir))) {
    return { name: basename(from), forget: async () => {} };
  }
  return untilInterrupted(async (signal) => {
    const twin = (await stat(from)).isFile() && (await storedTwin(importsDir, from, signal));
    if (twin) {
      printError(knownText(twin));
      return { name: twin, forget: async () => {} };
    }
    const { name } = await copyOf(deps, from, signal);
    return { name, forget: () => dropImport(deps, name) };
  });
}

async function copyOf(deps: ImportDeps, from: string, signal: AbortSignal) {
  const { importsDir } = deps;
  const claim = claimsOf(deps);
  try {
    if ((await stat(from)).isDirectory()) {
      return await receiveFolder(importsDir, from, signal, claim);
    }
    return await receiveImport({
      importsDir,
      claim,
      fileName: basename(from),
      stream: Bun.file(from).stream(),
      maxBytes: Number.POSITIVE_INFINITY,
      signal,
    });
  } catch (error) {
    if (error instanceof SourceError) throw new CommandFailed(error.message, EXIT.usage);
    throw error;
  }
}

async function untilInterrupted<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const interrupt = () =>
    controller.abort(
      new CommandFailed('Cancelled. No copy of the archive was kept.', EXIT.interrupted),
    );
  process.once('SIGINT', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
