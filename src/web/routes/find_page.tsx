import type { Elysia } from 'elysia';
import { NewPosts, type NewPostsProps } from '../../../views/find/new_posts.tsx';
import { AuthorPage } from '../../../views/pages/author.tsx';
import { FindPage } from '../../../views/pages/find.tsx';
import { ThreadPage } from '../../../views/pages/thread.tsx';
import { byAuthor } from '../../../views/posts/post_href.ts';
import type { FindModel } from '../../../views/view_models.ts';
import { ModelUnavailable } from '../../embedding/index.ts';
import { parseFind } from '../../find/index.ts';
import { InvalidInput } from '../../jobs/index.ts';
import { InvalidCursor } from '../../library/index.ts';
import { ignoringCommonWords } from '../../operations/find/common_words.ts';
import { find } from '../../operations/find/find.ts';
import type { Found } from '../../operations/find/found.ts';
import { MAX_NEW } from '../../operations/find/hits.ts';
import { type FindRequest, toFindRequest } from '../../operations/find/request.ts';
import { type ListedFind, listSavedFinds } from '../../operations/find/saved.ts';
import { DATABASE_UNREACHABLE } from '../../platform/database_issue.ts';
import type { Post } from '../../sources/post.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { urlTo } from '../../text/urls.ts';
import { ANY_QUERY, AUTHOR_NAME, NO_QUERY, PICTURE, POST_ID } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { PICTURES_OF_POSTS } from '../http/headers.ts';
import { wantsJson, wantsText } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { html, seeOther } from '../http/responses.ts';
import { toProblem } from '../http/to_problem.ts';
import { type FindPageQuery, readFindPage, toFindPageQuery } from './find_page_query.ts';
import { layoutOf } from './layout.ts';

const HIDDEN = { detail: { hide: true } };
const LIKE_LENGTH = 80;

/** The pages on which posts are read, and the pictures of archives. */
export function findPages(deps: WebDeps) {
  const { pictures } = deps;
  return (app: Elysia) =>
    app
      .get(
        '/find',
        async ({ request, query }) => {
          const model = await findModel(deps, request, query);
          const isRefused = Object.keys(model.problems).length > 0;
          if (isRefused && (wantsJson(request) || wantsText(request)))
            throw new InvalidInput(model.problems);
          const page = FindPage({ layout: await layoutOf(request, deps), model });
          return html(page, isRefused ? 422 : 200, PICTURES_OF_POSTS);
        },
        { query: ANY_QUERY, ...HIDDEN },
      )
      .get('/find/new', async ({ query }) => html(await newPosts(deps, query)), {
        query: ANY_QUERY,
        ...HIDDEN,
      })
      .get('/posts', ({ request }) => seeOther(urlTo(`/find${new URL(request.url).search}`)), {
        query: ANY_QUERY,
        ...HIDDEN,
      })
      .get(
        '/posts/:source/:id',
        async ({ request, params }) => {
          const collected = deps.library.words.postsOf(deps.library.threadOf(params));
          const posts = await pictures.withOwn(collected);
          if (posts.length === 0) throw notFound('There is no such post.');
          const model = { posts, id: params.id };
          const page = ThreadPage({ layout: await layoutOf(request, deps), model });
          return html(page, 200, PICTURES_OF_POSTS);
        },
        { params: POST_ID, query: NO_QUERY, ...HIDDEN },
      )
      .get(
        '/authors/:source/:username',
        ({ request, params, query }) => authorPage(deps, request, params, query),
        { params: AUTHOR_NAME, query: ANY_QUERY, ...HIDDEN },
      )
      .get(
        '/media/:source/:id/:place',
        async ({ request, params: { source, id, place } }) => {
          const [post] = postsWithId(deps, source, id);
          const item = source === 'archive' ? post?.media[Number(place)] : undefined;
          const file = item?.type === 'photo' ? await pictures.find(id, item.url) : undefined;
          if (!file) throw notFound('There is no such picture.');
          return new Response(file.stream(request.signal) as unknown as ReadableStream, {
            headers: {
              'content-type': file.type,
              'content-length': String(file.bytes),
              'cache-control': 'private, max-age=86400',
            },
          });
        },
        { params: PICTURE, query: NO_QUERY, ...HIDDEN },
      );
}

function notFound(message: string): Problem {
  return new Problem(404, 'not_found', message);
}

function postsWithId({ library: { words } }: WebDeps, source: string, id: string) {
  const key = words.keyOf(source, id);
  return key === undefined ? [] : words.postsOf([key]);
}

async function authorPage(
  deps: WebDeps,
  request: Request,
  { source, username }: { source: string; username: string },
  { cursor, ...given }: Record<string, string>,
): Promise<Response> {
  const wanted = toFindRequest({ cursor }, Date.now());
  const filters = { ...wanted.query.filters, authors: [username], sources: [source] };
  const news = await newsOfAuthor(deps, { source, author: username }, given);
  const found = await findShown(deps, { ...wanted, query: { ...wanted.query, filters } });
  const profile = deps.library.profileOf(source, username);
  if (!profile && found.posts.length === 0) {
    throw notFound(`Nothing of @${cut(username, MAX_NAME)} was collected from this source.`);
  }
  const nextHref = nextHrefOf(request, found.nextCursor, { seen: String(news.seen) });
  const model = { source, username, profile, found, nextHref, news };
  return html(AuthorPage({ layout: await layoutOf(request, deps), model }), 200, PICTURES_OF_POSTS);
}

/** Those that came since the page was opened, as the page of finding has them. @throws InvalidInput */
async function newsOfAuthor(
  deps: WebDeps,
  author: Parameters<typeof byAuthor>[0],
  { seen: typed }: Record<string, string>,
): Promise<NewPostsProps> {
  const given = {
    q: byAuthor(author),
    sort: 'newest',
    ...(typed !== undefined && { seen: typed }),
  };
  const { asked, problems } = readFindPage(given, deps.sources, Date.now());
  if (problems.seen !== undefined) throw new InvalidInput({ seen: problems.seen });
  const { cursor: _, limit: _limit, seen = deps.library.words.newestKey(), ...query } = asked;
  const since = asked.seen === undefined ? 0 : await countSince(deps, query, seen);
  return { query, seen, since, busy: await isBusy(deps) };
}

async function findModel(
  deps: WebDeps,
  request: Request,
  given: Record<string, string>,
): Promise<FindModel> {
  const { asked, problems, typed } = readFindPage(given, deps.sources, Date.now());
  const { cursor: _, limit: _limit, seen = deps.library.words.newestKey(), ...query } = asked;
  const { found, problem } = await foundOrProblem(deps, asked, problems);
  const saved = await listSavedFinds(deps);
  return {
    query,
    found,
    problem,
    problems,
    typed,
    sources: [...deps.sources.keys()],
    like: query.like && likeText(deps, query.like),
    nextHref: nextHrefOf(request, found.nextCursor, { seen: String(seen) }),
    seen,
    since: asked.seen === undefined ? 0 : await countSince(deps, query, seen),
    news: await newsOf(deps, query, found),
    busy: await isBusy(deps),
    isEmpty: deps.library.words.newestKey() === 0,
    saved,
    savedAs: saved.find((find) => !find.problems && isSameQuery(find, query)),
  };
}

/** The posts that are new, and how many there are on all pages. */
async function newsOf(
  deps: WebDeps,
  query: FindModel['query'],
  { posts, total, isCapped }: Found,
): Promise<FindModel['news'] | undefined> {
  const { after, only } = query;
  if (after === undefined) return undefined;
  const { words } = deps.library;
  const fresh = posts.filter(({ source, id }) => (words.keyOf(source, id) ?? 0) > after);
  if (only === 'new') return { posts: new Set(fresh), total, isCapped: isCapped === true };
  const wanted = await ignoringCommonWords(words, parseFind(query.q, Date.now()));
  const { count, isCapped: isMore } = words.countAfter(wanted, after, MAX_NEW);
  return { posts: new Set(fresh), total: count, isCapped: isMore };
}

/**
 * How many posts that match were collected after the one with this key. A find by meaning has no
 * condition that they could meet.
 */
async function countSince(
  { library: { words } }: WebDeps,
  query: FindModel['query'],
  key: number,
): Promise<number> {
  if (query.like !== undefined || query.by === 'meaning') return 0;
  const wanted = await ignoringCommonWords(words, parseFind(query.q, Date.now()));
  return words.countAfter(wanted, key).count;
}

/** Whether the page of a saved find has this query. */
function isSameQuery(find: ListedFind, query: FindModel['query']): boolean {
  const { q, by, sort, like } = toFindPageQuery(find.query);
  return q === query.q && by === query.by && sort === query.sort && like === query.like;
}

/** The posts found, as a page shows them. */
async function findShown(deps: WebDeps, request: FindRequest): Promise<Found> {
  const found = await find(deps, request);
  const posts = await deps.pictures.withOwn(found.posts);
  const hasThread = (post: Post) => deps.library.threadOf(post, 2).length > 1;
  return { ...found, posts: posts.map((post) => ({ ...post, hasThread: hasThread(post) })) };
}

async function foundOrProblem(
  deps: WebDeps,
  { q, by, sort, like, limit, cursor, after, only }: FindPageQuery,
  problems: FindModel['problems'],
): Promise<Pick<FindModel, 'found' | 'problem'>> {
  if (Object.keys(problems).length > 0) return { found: NOTHING };
  if (by === 'meaning' && !like && parseFind(q, Date.now()).topic === '') {
    const all = q === '' ? '/find' : (`/find?${new URLSearchParams({ q })}` as const);
    return nothing('Type a text above to find the posts that are nearest to it in meaning.', all);
  }
  try {
    const typed = { q, by, sort, like, cursor, facets: 'true', limit } as const;
    const since = only === 'new' ? { after } : {};
    return { found: await findShown(deps, toFindRequest({ ...typed, ...since }, Date.now())) };
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof InvalidCursor) {
      Object.assign(problems, toProblem(error).details);
      return { found: NOTHING };
    }
    if (!(error instanceof ModelUnavailable)) throw error;
    const nowhere = nothing(error.message, '/embed', 'Go to Embed');
    // An empty library has nothing to embed: the page says what to do first.
    return deps.library.words.newestKey() === 0 ? { found: nowhere.found } : nowhere;
  }
}

function nothing(message: string, href: `/${string}` = '/find', action = 'Show all posts by date') {
  return { found: NOTHING, problem: { message, href: urlTo(href), action } };
}

const NOTHING: Found = { posts: [], total: 0, understood: '' };

function likeText(deps: WebDeps, like: string): string | undefined {
  const [source = '', ...id] = like.split(':');
  const [post] = postsWithId(deps, source, id.join(':'));
  return post && cut(post.text, LIKE_LENGTH);
}

/** While the jobs cannot be read, no running one is known. */
async function isBusy({ tracker, health }: WebDeps): Promise<boolean> {
  try {
    return (await tracker.reader.countActive()).running > 0;
  } catch (error) {
    if (health.noticed(error)?.code !== DATABASE_UNREACHABLE) throw error;
    return false;
  }
}

/** The posts that match and came after those that the page has seen. */
async function newPosts(deps: WebDeps, typed: Record<string, string>): Promise<JSX.Element> {
  const { cursor: _, seen = 0, ...query } = readFindPage(typed, deps.sources, Date.now()).asked;
  const since = await countSince(deps, query, seen);
  return NewPosts({ query, seen, busy: await isBusy(deps), since });
}

/** The link to the next page. @param more further parameters for it. */
export function nextHrefOf(
  request: Request,
  cursor: string | undefined,
  more: Record<string, string> = {},
): string | undefined {
  if (cursor === undefined) return undefined;
  const url = new URL(request.url);
  for (const [name, value] of Object.entries({ cursor, ...more }))
    url.searchParams.set(name, value);
  return urlTo(`${url.pathname}${url.search}` as `/${string}`);
}
