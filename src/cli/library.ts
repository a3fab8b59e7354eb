import { requireDataFolder } from '../app/data_folder.ts';
import { createLocalEmbedder } from '../embedding/index.ts';
import { createLibrary, type StoredProfile } from '../library/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import {
  findPosts,
  type PostsQuery,
  parsePostsQuery,
  parseProfilesQuery,
} from '../operations/find_posts.ts';
import { loadConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { silentLogger } from '../platform/logger.ts';
import { createSources } from '../sources/index.ts';
import { postsText, profileTable } from '../text/library_text.ts';
import { complain } from './complain.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { nobodyReads, print, write, written } from './output.ts';
import { quietLog } from './quiet_log.ts';
import { parsed } from './wrong_input.ts';

const USUAL_LIMIT = 20;
const MAX_LIMIT = 1_000_000;

/** As many as the library gives at once; a search by meaning has no more. */
const PAGE = 100;

export interface PostsOptions {
  meaning?: boolean;
  author?: string;
  source?: string;
  limit?: string;
  json?: boolean;
}

/** Prints the posts that fit, a page at a time, so that any number of them takes no memory. */
export async function showPosts(words: string[], options: PostsOptions): Promise<void> {
  const { library, embedder, sources } = openLibrary();
  const query = parsed(() => parsePostsQuery(typedOf(words, options), sources), typedAs);
  const find = (page: Page) => findPosts({ library, embedder }, { ...query, ...page });
  let separator = '';
  try {
    for await (const { posts } of pages(limitOf(options.limit), find)) {
      if (options.json) printJson(posts);
      else write(separator + postsText(posts));
      separator = '\n';
      await written();
      if (nobodyReads.aborted) break;
    }
  } finally {
    await embedder.close();
  }
}

/** Prints the profiles that fit as a table, or as JSON lines. */
export async function showProfiles(
  words: string[],
  options: Pick<PostsOptions, 'limit' | 'json'>,
): Promise<void> {
  const { library } = openLibrary();
  const query = parsed(() => parseProfilesQuery({ q: words.join(' ') }), typedAs);
  const find = (page: Page) => library.profiles({ ...query, ...page });
  const rows: StoredProfile[] = [];
  for await (const { profiles } of pages(limitOf(options.limit), find)) {
    if (options.json) printJson(profiles);
    else rows.push(...profiles);
  }
  const columns = process.stdout.isTTY && process.stdout.columns;
  if (rows.length > 0) write(profileTable(rows, columns));
}

function openLibrary(): Pick<OperationDeps, 'library' | 'embedder' | 'sources'> {
  quietLog();
  const config = loadConfig();
  requireDataFolder(config);
  return {
    library: createLibrary(appDatabase()),
    embedder: createLocalEmbedder({ ...config, logger: silentLogger }),
    sources: createSources(config),
  };
}

function typedOf(words: string[], { meaning, author, source, limit }: PostsOptions) {
  const q = words.join(' ');
  if (!meaning) return { q, author, source };
  if (author ?? source) {
    throw new CommandFailed(
      '--meaning: It takes words alone, no author and no source.',
      EXIT.usage,
    );
  }
  if (!q.trim()) throw new CommandFailed('--meaning: Add what they should mean.', EXIT.usage);
  if (limitOf(limit) > PAGE) {
    throw new CommandFailed(`--limit: With --meaning it is ${PAGE} at most.`, EXIT.usage);
  }
  return { q, by: 'meaning' };
}

const typedAs = (field: string) => (field === 'q' ? '[words...]' : `--${field}`);

function limitOf(typed: string | undefined): number {
  const limit = Number(typed ?? USUAL_LIMIT);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new CommandFailed('--limit: It must be a whole number from 1 to 1,000,000.', EXIT.usage);
}

type Page = Pick<PostsQuery, 'limit' | 'cursor'>;

/** What `find` finds, until there are so many; says so when there is nothing, or more. */
async function* pages<Found extends { total: number; nextCursor?: string }>(
  limit: number,
  find: (page: Page) => Found | Promise<Found>,
): AsyncGenerator<Found> {
  let cursor: string | undefined;
  for (let left = limit; left > 0; left -= PAGE) {
    const found = await find({ limit: Math.min(PAGE, left), cursor });
    if (found.total === 0) return complain('Nothing was found.');
    yield found;
    cursor = found.nextCursor;
    if (!cursor) return;
    if (left <= PAGE) complain(`There are ${found.total} in all; --limit shows more.`);
  }
}

function printJson(items: object[]): void {
  for (const item of items) print(JSON.stringify(item));
}
