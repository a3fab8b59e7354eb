import type { PostsModel } from '../../views/view_models.ts';
import { ModelUnavailable } from '../embedding/embedder.ts';
import type { PostQuery, ProfileQuery } from '../library/index.ts';
import type { Services } from '../operations/services.ts';
import type { Sources } from '../sources/index.ts';
import { Problem } from './problem.ts';

const LARGEST_PAGE = 100;
const LONGEST_QUERY = 500;
/** How many posts a search by meaning answers with. */
const NEAREST = 30;

export interface PostsQuery extends PostQuery {
  author: string;
  q: string;
  by: 'words' | 'meaning';
}

/** `?author=&q=&by=&source=&limit=&cursor=` */
export function readPostsQuery(request: Request, sources: Sources): PostsQuery {
  const params = new URL(request.url).searchParams;
  const by = params.get('by') || 'words';
  if (by !== 'words' && by !== 'meaning') throw refused('by', 'By must be words or meaning.');
  const source = params.get('source') || undefined;
  if (source && !sources.has(source)) {
    throw refused('source', `Source must be one of: ${[...sources.keys()].join(', ')}.`);
  }
  return {
    author: shortText(params, 'author').replace(/^@/, ''),
    q: shortText(params, 'q'),
    by,
    source,
    limit: limitOf(params),
    cursor: params.get('cursor') || undefined,
  };
}

/** `?q=&limit=&cursor=` */
export function readProfilesQuery(request: Request): ProfileQuery & { q: string } {
  const params = new URL(request.url).searchParams;
  return {
    q: shortText(params, 'q').replace(/^@/, ''),
    limit: limitOf(params),
    cursor: params.get('cursor') || undefined,
  };
}

/** Posts by their words or, when asked and possible, by meaning. */
export async function findPosts(
  services: Services,
  query: PostsQuery,
): Promise<Pick<PostsModel, 'page' | 'problem'>> {
  if (query.by !== 'meaning' || !query.q) {
    return { page: services.library.posts({ ...query, author: query.author || undefined }) };
  }
  try {
    const posts = await postsByMeaning(services, query);
    return { page: { posts, total: posts.length } };
  } catch (error) {
    if (!(error instanceof ModelUnavailable)) throw error;
    const problem = { message: error.message, href: '/embed', action: 'Go to Embed' };
    return { page: { posts: [], total: 0 }, problem };
  }
}

async function postsByMeaning({ library, embedder }: Services, { q, limit, cursor }: PostsQuery) {
  if (cursor) throw refused('cursor', 'A search by meaning has one page only; leave cursor out.');
  const [vector] = await embedder.embed([q], { signal: AbortSignal.timeout(30_000) });
  return library.postsLike(embedder.model, vector as Float32Array, limit ?? NEAREST);
}

function shortText(params: URLSearchParams, name: string): string {
  const text = params.get(name)?.trim() ?? '';
  if (text.length <= LONGEST_QUERY) return text;
  throw refused(name, `${name} may have ${LONGEST_QUERY} characters at most.`);
}

function limitOf(params: URLSearchParams): number | undefined {
  const text = params.get('limit')?.trim();
  if (!text) return undefined;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LARGEST_PAGE) return limit;
  throw refused('limit', `Limit must be a whole number from 1 to ${LARGEST_PAGE}.`);
}

function refused(field: string, rule: string): Problem {
  return new Problem(422, 'invalid_input', 'The list cannot be filtered like that.', {
    message: 'Change what is named here, or leave it out.',
    details: { [field]: rule },
  });
}
