import { InvalidInput } from '../jobs/index.ts';
import { readTyped } from '../jobs/job_query.ts';
import { FindNameTaken, TooManySavedFinds } from '../library/index.ts';
import type { SavedFields } from '../operations/find/request.ts';
import {
  type ListedFind,
  listSavedFinds,
  openSavedFind,
  removeSavedFind,
  renameSavedFind,
  SavedFindInvalid,
  savedFindNamed,
  saveFind,
} from '../operations/find/saved.ts';
import { renameFindSchema, saveFindSchema } from '../operations/find/saved_request.ts';
import { appDatabase } from '../platform/database.ts';
import { NotFound } from '../sources/source.ts';
import { counted, relative } from '../text/format.ts';
import { printable, shellQuoted } from '../text/printable.ts';
import { savedFindTable } from '../text/saved_find_text.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { inputError, parsed } from './input_errors.ts';
import { openLibrary, printJson, typedInFind } from './library.ts';
import { print, printError, write } from './output.ts';
import { terminalRecorder } from './terminal_recorder.ts';

type Deps = Awaited<ReturnType<typeof openLibrary>>;

/** Prints the saved finds as a table, or as JSON lines. */
export async function showSavedFinds({ json }: { json?: boolean }): Promise<void> {
  const finds = await listSavedFinds(await openLibrary());
  if (json) printJson(finds);
  else if (finds.length === 0)
    printError('No saved finds. Run xgpt find --save <name> <query> to save one.');
  else write(savedFindTable(finds, process.stdout.isTTY && process.stdout.columns));
}

/** @throws CommandFailed when there is no such find. */
export async function removeFind(name: string): Promise<void> {
  const deps = await openLibrary();
  const record = terminalRecorder(appDatabase());
  const removed = await removeSavedFind(deps, idOf(deps, name), record).catch((error) =>
    refuse(error),
  );
  print(`${printable(removed.name)} was removed.`);
  printError(`To save it again, run ${commandOf(removed)}`);
}

/** Gives a find another name. @throws CommandFailed */
export async function renameFind(name: string, newName: string): Promise<void> {
  const deps = await openLibrary();
  const id = idOf(deps, name);
  const typedAsArgument = () => '<new-name>';
  const typed = parsed(() => readTyped(renameFindSchema(), { name: newName }), typedAsArgument);
  const record = terminalRecorder(appDatabase());
  const find = await renameSavedFind(deps, id, typed.name, record).catch((error) =>
    refuse(error, 'Choose another name.'),
  );
  print(`${printable(name)} is now ${printable(find.name)}.`);
}

/** The command that saves a find, for a POSIX shell. */
function commandOf({ name, query: { q = '', ...options } }: ListedFind): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const words = [
    ...['--save', shellQuoted(name)],
    ...given.flatMap(([option, value]) => [`--${option}`, shellQuoted(String(value))]),
    ...(q === '' ? [] : ['--', shellQuoted(q)]),
  ];
  return ['xgpt find', ...words].join(' ');
}

/** Saves what was typed. @throws CommandFailed when it is invalid, or the name is taken. */
export async function saveTyped(
  deps: Deps,
  typed: Partial<Record<keyof SavedFields, string>> & { name: string; replace?: boolean },
): Promise<void> {
  const typedAsOption = (field: string) => (field === 'name' ? '--save' : typedInFind(field));
  const checked = parsed(() => readTyped(saveFindSchema(deps.sources), typed), typedAsOption);
  const record = terminalRecorder(appDatabase());
  const { find } = await saveFind(deps, checked, record).catch((error) => refuse(error));
  printError(`Saved as “${printable(find.name)}”.`);
}

/** The fields of a saved find, which counts as opened now. @throws CommandFailed */
export async function openNamed(
  deps: Deps,
  name: string,
): Promise<SavedFields & { after: number }> {
  const id = idOf(deps, name);
  const { find, seenKey } = await openSavedFind(deps, id).catch((error) => refuse(error));
  const { query, newPosts, openedAt } = find;
  if (newPosts && newPosts.count > 0) {
    const most = newPosts.isCapped ? 'At least ' : '';
    const when = relative(openedAt, new Date());
    printError(`${most}${counted(newPosts.count, 'new post')} since it was last opened, ${when}.`);
  }
  return { ...query, after: seenKey };
}

const CHOOSE = 'Choose another name, or add --replace to replace it.';

function idOf(deps: Deps, name: string): number {
  try {
    return savedFindNamed(deps, name).id;
  } catch (error) {
    throw refuse(error);
  }
}

function refuse(error: unknown, ifTaken = CHOOSE): never {
  if (error instanceof InvalidInput) throw inputError(error, typedInFind);
  if (error instanceof NotFound) {
    throw new CommandFailed(`${error.message} Run xgpt finds to list them.`, EXIT.notFound);
  }
  if (error instanceof FindNameTaken) {
    throw new CommandFailed(`${printable(error.message)} ${ifTaken}`, EXIT.failed);
  }
  if (error instanceof TooManySavedFinds) throw new CommandFailed(error.message, EXIT.failed);
  if (!(error instanceof SavedFindInvalid)) throw error;
  const reasons = Object.values(error.details).join(' ');
  throw new CommandFailed(`${printable(error.message)} ${printable(reasons)}`, EXIT.failed);
}
