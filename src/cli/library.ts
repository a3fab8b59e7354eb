import { requireDataFolder } from '../app/data_folder.ts';
import { createEmbedder } from '../embedding/index.ts';
import { createLibrary, type StoredProfile } from '../library/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import { findPosts, parsePostsQuery, parseProfilesQuery } from '../operations/find_posts.ts';
import { indexNotes } from '../operations/index_notes.ts';
import { loadConfig } from '../platform/config.ts';
import { silentLogger } from '../platform/logger.ts';
import { createSources } from '../sources/index.ts';
import { count } from '../text/format.ts';
import { atLeast } from '../text/found_text.ts';
import { postsText, profileTable } from '../text/library_text.ts';
import { openCollected } from './collected.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { parsed } from './input_errors.ts';
import { flushed, outputClosed, print, printError, quietLog, write } from './output.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1_000_000;

/** The library's largest page; a search by meaning has one page only. */
const PAGE_SIZE = 100;

export interface PostsOptions {
  meaning?: boolean;
  author?: string;
  source?: string;
  limit?: string;
  json?: boolean;
}

/** Prints matching posts page by page, so that any number of them fits into memory. */
export async function showPosts(words: string[], options: PostsOptions): Promise<void> {
  const { library, embedder, sources } = await openLibrary();
  const query = parsed(() => parsePostsQuery(typedOf(words, options), sources), typedAs);
  const find = (page: Page) => findPosts({ library, embedder }, { ...query, ...page });
  const printNotes = notesOnce();
  let separator = '';
  try {
    for await (const { posts, notes = [] } of pages(limitOf(options.limit), find)) {
      if (options.json) printJson(posts);
      else write(separator + postsText(posts));
      separator = '\n';
      printNotes(notes);
      await flushed();
      if (outputClosed.aborted) break;
    }
  } finally {
    await embedder.close();
  }
}

/** Prints matching profiles as a table, or as JSON lines. */
export async function showProfiles(
  words: string[],
  options: Pick<PostsOptions, 'limit' | 'json'>,
): Promise<void> {
  const { library } = await openLibrary();
  const query = parsed(() => parseProfilesQuery({ q: words.join(' ') }), typedAs);
  const find = (page: Page) => library.profiles({ ...query, ...page });
  if (query.q) notesOnce()(indexNotes(library));
  const rows: StoredProfile[] = [];
  for await (const { profiles } of pages(limitOf(options.limit), find)) {
    if (options.json) printJson(profiles);
    else rows.push(...profiles);
  }
  const columns = process.stdout.isTTY && process.stdout.columns;
  if (rows.length > 0) write(profileTable(rows, columns));
}

export async function openLibrary(): Promise<
  Pick<OperationDeps, 'library' | 'embedder' | 'sources'>
> {
  quietLog();
  const config = loadConfig();
  requireDataFolder(config);
  return {
    library: createLibrary((await openCollected(config)).db),
    embedder: await createEmbedder({ ...config, logger: silentLogger }),
    sources: createSources(config),
  };
}

function typedOf(words: string[], { meaning, author, source, limit }: PostsOptions) {
  const q = words.join(' ');
  if (!meaning) return { q, author, source };
  if (!q.trim()) throw new CommandFailed('--meaning: Add the words to search for.', EXIT.usage);
  if (limitOf(limit) > PAGE_SIZE) {
    throw new CommandFailed(`--limit: With --meaning the maximum is ${PAGE_SIZE}.`, EXIT.usage);
  }
  return { q, by: 'meaning', author, source };
}

/** A field as it is typed in `posts` and `users list`. */
export const typedAs = (field: string) => (field === 'q' ? '[words...]' : `--${field}`);

/** The same for `find`. */
export const typedInFind = (field: string) => (field === 'q' ? '[query...]' : `--${field}`);

export function limitOf(typed: string | undefined): number {
  const given = typed?.trim();
  if (!given) return DEFAULT_LIMIT;
  const limit = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new CommandFailed('--limit must be a whole number from 1 to 1,000,000.', EXIT.usage);
}

type Page = { limit: number; cursor?: string };

/** The pages of `find`, up to `limit` items; reports when there are none, or more. */
export async function* pages<
  Found extends { total: number; isCapped?: true; nextCursor?: string; notes?: string[] },
>(
  limit: number,
  find: (page: Page) => Found | Promise<Found>,
  about: (found: Found) => void = ({ notes = [] }) => notesOnce()(notes),
): AsyncGenerator<Found> {
  let cursor: string | undefined;
  for (let left = limit; left > 0; left -= PAGE_SIZE) {
    const found = await find({ limit: Math.min(PAGE_SIZE, left), ...(cursor && { cursor }) });
    if (found.total === 0) {
      sayNothing();
      return about(found);
    }
    yield found;
    cursor = found.nextCursor;
    if (!cursor) return;
    if (left <= PAGE_SIZE) sayMore(found);
  }
}

export function sayNothing(): void {
  printError('Nothing found.');
}

/** Says that `--limit` left some out. */
export function sayMore({ total, isCapped }: { total: number; isCapped?: true }): void {
  const all = isCapped ? atLeast(total) : count(total);
  printError(`There are ${all} in all. Use --limit to show more.`);
}

/** Prints notes on standard error, each of them once. */
export function notesOnce(): (notes: string[]) => void {
  const said = new Set<string>();
  return (notes) => {
    for (const note of notes) if (!said.has(note)) printError(`Note: ${note}`);
    for (const note of notes) said.add(note);
  };
}

export function printJson(items: object[]): void {
  for (const item of items) print(JSON.stringify(item));
}
