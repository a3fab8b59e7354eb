import { readTyped } from '../jobs/job_query.ts';
import { PostsDeleted } from '../library/index.ts';
import { everyFound, everything } from '../operations/find/everything.ts';
import { exportLines } from '../operations/find/export.ts';
import { find, isListing } from '../operations/find/find.ts';
import type { Found } from '../operations/find/found.ts';
import { MAX_BY_WORDS } from '../operations/find/hits.ts';
import {
  type FindRequest,
  findRequestSchema,
  type SavedFields,
  toFindRequest,
} from '../operations/find/request.ts';
import { aboutAnswer, aboutFound, postsText } from '../text/library_text.ts';
import { showsBold } from './bold.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { parsed } from './input_errors.ts';
import {
  limitOf,
  openLibrary,
  pages,
  printJson,
  sayMore,
  sayNothing,
  typedInFind,
} from './library.ts';
import { flushed, outputClosed, printError, write } from './output.ts';
import { openNamed, saveTyped } from './saved_finds.ts';

export interface FindCommandOptions extends Omit<TypedOptions, 'q'> {
  limit?: string;
  json?: boolean;
  csv?: boolean;
  save?: string;
  replace?: boolean;
  saved?: string;
  /** Only what is new in the saved find. */
  new?: boolean;
}

/** The options that say what to find, with the words. */
type TypedOptions = Partial<Record<keyof SavedFields, string>>;

/** Prints the posts found page by page, or all of them as CSV. */
export async function showFound(words: string[], options: FindCommandOptions): Promise<void> {
  const deps = await openLibrary();
  const { limit, json, csv, save, replace, saved, new: onlyNew = false, ...rest } = options;
  const typed = { q: queryOf(words), ...rest };
  refuseMixed(typed, { save, replace, saved });
  const maximum = limitOf(limit);
  if (onlyNew && saved === undefined) throw usage('--new: Add --saved <name>.');
  const asked = saved === undefined ? typed : await openedFind(deps, saved, onlyNew);
  const request = parsed(
    () => toFindRequest(readTyped(findRequestSchema(deps.sources), asked), Date.now()),
    typedInFind,
  );
  if (save !== undefined) await saveTyped(deps, { ...typed, name: save, replace });
  try {
    if (csv) await printCsv(deps, request, limit === undefined ? undefined : maximum);
    else if (maximum > MAX_BY_WORDS && !isListing(request))
      await printAll(deps, request, maximum, json === true);
    else await printPages(deps, request, maximum, json === true);
  } finally {
    await deps.embedder.close();
  }
}

/** Commander keeps the first `--` where a word such as -jazz is before it. */
function queryOf(words: string[]): string {
  const end = words.indexOf('--');
  return (end === -1 ? words : words.toSpliced(end, 1)).join(' ');
}

async function openedFind(deps: Deps, name: string, onlyNew: boolean) {
  const { after, ...query } = await openNamed(deps, name);
  return onlyNew ? { ...query, after } : query;
}

/** A saved find says all of what to find. */
function refuseMixed(
  typed: TypedOptions,
  { save, replace, saved }: Pick<FindCommandOptions, 'save' | 'replace' | 'saved'>,
): void {
  if (replace && save === undefined) throw usage('--replace: Add --save <name>.');
  if (typed.like !== undefined && typed.by === 'words')
    throw usage('--by: Leave it out with --like, which compares by meaning.');
  if (saved === undefined) return;
  if (save !== undefined) throw usage('--saved: Leave --save out. The find is saved already.');
  const [field] = Object.entries(typed).find(([, value]) => value !== '') ?? [];
  if (field)
    throw usage(`--saved: Leave ${typedInFind(field)} out. The saved find says what to find.`);
}

const usage = (message: string) => new CommandFailed(message, EXIT.usage);

type Deps = Awaited<ReturnType<typeof openLibrary>>;

async function printCsv(deps: Deps, request: FindRequest, limit?: number): Promise<void> {
  const posts = everything(deps, request, {
    limit,
    onNotes: (about) => aboutAnswer(about).forEach((line) => void printError(line)),
  });
  await printEach(exportLines(posts, 'csv'), write);
}

/** @throws CommandFailed after all of them, when some posts were deleted meanwhile. */
async function printEach<T>(parts: AsyncIterable<T>, show: (part: T) => void): Promise<void> {
  try {
    for await (const part of parts) {
      show(part);
      await flushed();
      if (outputClosed.aborted) return;
    }
  } catch (error) {
    if (error instanceof PostsDeleted) throw new CommandFailed(error.message, EXIT.failed);
    throw error;
  }
}

/** Prints more posts than are ranked, in the order of an export. */
async function printAll(
  deps: Deps,
  request: FindRequest,
  limit: number,
  asJson: boolean,
): Promise<void> {
  const show = printPosts(asJson);
  let printed = 0;
  let about: Pick<Found, 'total' | 'isCapped'> = { total: 0 };
  const posts = everyFound(deps, request, {
    limit,
    onNotes({ found = { total: 0, understood: '' }, ...notes }) {
      about = found;
      if (found.total === 0) sayNothing();
      aboutOnce(asJson)({ ...found, ...notes });
    },
  });
  await printEach(posts, (some) => {
    show(some);
    printed += some.length;
  });
  if (printed === limit && about.total > limit && !outputClosed.aborted) sayMore(about);
}

async function printPages(
  deps: Deps,
  request: FindRequest,
  limit: number,
  asJson: boolean,
): Promise<void> {
  const about = aboutOnce(asJson);
  const show = printPosts(asJson);
  const findPage = (page: object) => find(deps, { ...request, ...page });
  for await (const found of pages(limit, findPage, about)) {
    show(found.posts);
    about(found);
    await flushed();
    if (outputClosed.aborted) return;
  }
}

/** Prints one batch of posts after another. */
function printPosts(asJson: boolean): (posts: Found['posts']) => void {
  let separator = '';
  return (posts) => {
    if (asJson) printJson(posts);
    else write(separator + postsText(posts, showsBold()));
    separator = '\n';
  };
}

/**
 * Prints how the query was understood, and notes, on standard error: each line once.
 * @param asJson for programs, which know what they asked for: notes alone.
 */
function aboutOnce(asJson: boolean): (found: Omit<Found, 'posts'>) => void {
  const said = new Set<string>();
  return (found) => {
    const lines = aboutFound(asJson ? { ...found, understood: '' } : found);
    for (const line of lines) if (!said.has(line)) printError(line);
    for (const line of lines) said.add(line);
  };
}
