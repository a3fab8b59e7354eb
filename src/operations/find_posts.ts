import { InvalidInput } from '../jobs/index.ts';
import type { PostPage, PostQuery, ProfileQuery } from '../library/index.ts';
import type { Sources } from '../sources/index.ts';
import type { Post } from '../sources/post.ts';
import type { OperationDeps } from './deps.ts';

const MAX_PAGE = 100;
const MAX_TEXT_LENGTH = 500;

/** How many posts a search by meaning answers with. */
const NEAREST = 30;

/** How long a search by meaning waits for the model, in ms. */
const MODEL_TIMEOUT_MS = 30_000;

export interface PostsQuery extends PostQuery {
  author: string;
  q: string;
  by: 'words' | 'meaning';
}

/** The parameters of a request, or the options of a command. */
interface Typed {
  get(name: string): string | null | undefined;
}

/**
 * `author` (with or without @), `q`, `by`, `source`, `limit` (1 to 100), `cursor`.
 * @throws InvalidInput
 */
export function parsePostsQuery(typed: Typed, sources: Sources): PostsQuery {
  const by = typed.get('by') || 'words';
  if (by !== 'words' && by !== 'meaning') {
    throw new InvalidInput({ by: 'By must be words or meaning.' });
  }
  const source = typed.get('source') || undefined;
  if (source && !sources.has(source)) {
    throw new InvalidInput({ source: `Source must be one of: ${[...sources.keys()].join(', ')}.` });
  }
  const query = {
    author: textOf(typed, 'author').replace(/^@/, ''),
    q: textOf(typed, 'q'),
    limit: limitOf(typed),
    cursor: typed.get('cursor') || undefined,
  };
  if (by === 'meaning' && query.q && query.cursor) {
    throw new InvalidInput({
      cursor: 'A search by meaning has one page only; leave cursor out.',
    });
  }
  return { ...query, by, source };
}

/**
 * `q`, `limit` (1 to 100), `cursor`.
 * @throws InvalidInput
 */
export function parseProfilesQuery(typed: Typed): ProfileQuery & { q: string } {
  return {
    q: textOf(typed, 'q').replace(/^@/, ''),
    limit: limitOf(typed),
    cursor: typed.get('cursor') || undefined,
  };
}

/**
 * Finds posts by words, newest first, or by meaning, nearest first.
 * @throws ModelUnavailable by meaning, when the model is not ready.
 */
export async function findPosts(
  { library, embedder }: Pick<OperationDeps, 'library' | 'embedder'>,
  query: PostsQuery,
): Promise<PostPage & { posts: (Post & { similarity?: number })[] }> {
  const { q, by, author, limit } = query;
  if (by !== 'meaning' || !q) return library.posts({ ...query, author: author || undefined });
  const [vector] = await embedder.embed([q], { signal: AbortSignal.timeout(MODEL_TIMEOUT_MS) });
  const posts = library.postsLike(embedder.model, vector as Float32Array, limit ?? NEAREST);
  return { posts, total: posts.length };
}

function textOf(typed: Typed, name: string): string {
  const text = typed.get(name)?.trim() ?? '';
  if (text.length <= MAX_TEXT_LENGTH) return text;
  throw new InvalidInput({ [name]: `${name} may have at most ${MAX_TEXT_LENGTH} characters.` });
}

function limitOf(typed: Typed): number | undefined {
  const text = typed.get('limit')?.trim();
  if (!text) return undefined;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_PAGE) return limit;
  throw new InvalidInput({ limit: `Limit must be a whole number from 1 to ${MAX_PAGE}.` });
}
