import { CommandFailed, EXIT } from '../../cli/exit.ts';
import { copyIntoImports } from '../../cli/import_archive.ts';
import type { OperationDeps } from '../deps.ts';

/** @throws CommandFailed when an archive is meant: `xgpt import` finds it anywhere. */
export function refuseArchive({ source }: Record<string, unknown>): undefined {
  if (source !== 'archive') return;
  throw new CommandFailed('--source: To read an archive use xgpt import.', EXIT.usage);
}

/** Copies the archive that the path names into the imports folder, and names the copy instead. */
export async function copyArchive(
  input: Record<string, unknown>,
  { importsDir }: OperationDeps,
): Promise<() => Promise<void>> {
  const copy = await copyIntoImports(importsDir, String(input.archive));
  Object.assign(input, { source: 'archive', archive: copy.name });
  return copy.forget;
}
