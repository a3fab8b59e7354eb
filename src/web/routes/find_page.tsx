import type { Elysia } from 'elysia';
import { NewPosts } from '../../../views/find/new_posts.tsx';
import { AuthorPage } from '../../../views/pages/author.tsx';
import { FindPage } from '../../../views/pages/find.tsx';
import { ThreadPage } from '../../../views/pages/thread.tsx';
import type { FindModel } from '../../../views/view_models.ts';
import { ModelUnavailable } from '../../embedding/index.ts';
import { parseFind } from '../../find/index.ts';
import { InvalidInput } from '../../jobs/index.ts';
import { ignoringCommonWords } from '../../operations/find/common_words.ts';
import { find } from '../../operations/find/find.ts';
import type { Found } from '../../operations/find/found.ts';
import { toFindRequest } from '../../operations/find/request.ts';
import { type ListedFind, listSavedFinds } from '../../operations/find/saved.ts';
import type { ArchiveMedia } from '../../sources/archive/index.ts';
import type { Post, PostMedia } from '../../sources/post.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { urlTo } from '../../text/urls.ts';
import { ANY_QUERY, AUTHOR_NAME, NO_QUERY, PICTURE, POST_ID } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { PICTURES_OF_POSTS } from '../http/headers.ts';
import { Problem } from '../http/problem.ts';
import { html, seeOther } from '../http/responses.ts';
import { FIND_PAGE_QUERY, type FindPageQuery, toFindPageQuery } from './find_page_query.ts';
import { layoutOf } from './layout.ts';

const HIDDEN = { detail: { hide: true } };
const LIKE_LENGTH = 80;

/** The pages on which posts are read, and the pictures of archives. */
export function findPages(deps: WebDeps) {
  const mediaOf = laterMedia(deps.importsDir);
  return (app: Elysia) =>
    app
      .get(
        '/find',
        async ({ request, query }) => {
          const model = await findModel(deps, request, toFindPageQuery(query));
          return html(FindPage({ layout: layoutOf(request, deps), model }), 200, PICTURES_OF_POSTS);
        },
        { query: FIND_PAGE_QUERY, ...HIDDEN },
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
        ({ request, params }) => {
          const posts = deps.library.words.postsOf(deps.library.threadOf(params));
          if (posts.length === 0) throw notFound('There is no such post.');
          const model = { posts, id: params.id };
          const page = ThreadPage({ layout: layoutOf(request, deps), model });
          return html(page, 200, PICTURES_OF_POSTS);
        },
        { params: POST_ID, query: NO_QUERY, ...HIDDEN },
      )
      .get(
        '/authors/:source/:username',
        ({ request, params, query }) => authorPage(deps, request, params, query.cursor),
        { params: AUTHOR_NAME, query: ANY_QUERY, ...HIDDEN },
      )
      .get(
        '/media/:source/:id/:place',
        async ({ request, params: { source, id, place } }) => {
          const [post] = postsWithId(deps, source, id);
          const item = source === 'archive' ? post?.media[Number(place)] : undefined;
          const file =
            item?.type === 'photo' ? await (await mediaOf()).find(id, item.url) : undefined;
          const type = item && pictureType(item);
          if (!file || !type) throw notFound('There is no such picture.');
          return new Response(file.stream(request.signal) as unknown as ReadableStream, {
            headers: {
              'content-type': type,
              'content-length': String(file.bytes),
              'cache-control': 'private, max-age=86400',
            },
          });
        },
        { params: PICTURE, query: NO_QUERY, ...HIDDEN },
      );
}

/** Loaded only when a picture is asked for. */
function laterMedia(importsDir: string): () => Promise<ArchiveMedia> {
  let media: Promise<ArchiveMedia> | undefined;
  return () => {
    media ??= import('../../sources/archive/media.ts').then((module) =>
      module.createArchiveMedia(importsDir),
    );
    return media;
  };
}

const PICTURES = new Map([
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
]);

/** The type of a picture, by the ending of its address. */
function pictureType({ url }: PostMedia): string | undefined {
  const [, ending = ''] = /\.(\w+)$/.exec(URL.parse(url)?.pathname ?? '') ?? [];
  return PICTURES.get(ending.toLowerCase());
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
  cursor: string | undefined,
): Promise<Response> {
  const wanted = toFindRequest({ cursor }, Date.now());
  const filters = { ...wanted.query.filters, authors: [username], sources: [source] };
  const found = await find(deps, { ...wanted, query: { ...wanted.query, filters } });
  const profile = deps.library.profileOf(source, username);
  if (!profile && found.posts.length === 0) {
    throw notFound(`Nothing of @${cut(username, MAX_NAME)} was collected from this source.`);
  }
  const nextHref = nextHrefOf(request, found.nextCursor);
  const model = { source, username, profile, found, nextHref };
  return html(AuthorPage({ layout: layoutOf(request, deps), model }), 200, PICTURES_OF_POSTS);
}

async function findModel(
  deps: WebDeps,
  request: Request,
  asked: FindPageQuery,
): Promise<FindModel> {
  const { wrongAuthor, cursor: _, limit: _limit, after, ...query } = asked;
  const { found, problem } = await foundOrProblem(deps, asked);
  const saved = await listSavedFinds(deps);
  return {
    query,
    found,
    problem,
    wrongAuthor,
    sources: [...deps.sources.keys()],
    like: query.like && likeText(deps, query.like),
    nextHref: nextHrefOf(request, found.nextCursor),
    seen: deps.library.words.newestKey(),
    ...(after !== undefined && { newPosts: collectedAfter(deps, found.posts, after) }),
    busy: isBusy(deps),
    saved,
    savedAs: saved.find((find) => !find.problems && isSameQuery(find, query)),
  };
}

function collectedAfter({ library }: WebDeps, posts: Post[], key: number): Set<Post> {
  return new Set(posts.filter(({ source, id }) => (library.words.keyOf(source, id) ?? 0) > key));
}

/** Whether the page of a saved find has this query. */
function isSameQuery(find: ListedFind, query: FindModel['query']): boolean {
  const { q, by, sort, like } = toFindPageQuery(find.query);
  return q === query.q && by === query.by && sort === query.sort && like === query.like;
}

async function foundOrProblem(
  deps: WebDeps,
  asked: FindPageQuery,
): Promise<Pick<FindModel, 'found' | 'problem'>> {
  const { q, by, sort, like, limit, cursor, wrongAuthor } = asked;
  if (wrongAuthor) return nothing(wrongAuthor.problem);
  if (by === 'meaning' && !like && parseFind(q, Date.now()).topic === '') {
    const all = q === '' ? '/find' : (`/find?${new URLSearchParams({ q })}` as const);
    return nothing('Type a text above to find the posts that are nearest to it in meaning.', all);
  }
  try {
    const typed = { q, by, sort, like, cursor, facets: 'true', limit } as const;
    return { found: await find(deps, toFindRequest(typed, Date.now())) };
  } catch (error) {
    if (error instanceof InvalidInput) return nothing(Object.values(error.details).join(' '));
    if (!(error instanceof ModelUnavailable)) throw error;
    const nowhere = nothing(error.message, '/embed', 'Go to Embed');
    // An empty library has nothing to embed: the page says what to do first.
    return deps.library.words.newestKey() === 0 ? { found: nowhere.found } : nowhere;
  }
}

function nothing(message: string, href: `/${string}` = '/find', action = 'Show all posts by date') {
  const found: Found = { posts: [], total: 0, understood: '' };
  return { found, problem: { message, href: urlTo(href), action } };
}

function likeText(deps: WebDeps, like: string): string | undefined {
  const [source = '', ...id] = like.split(':');
  const [post] = postsWithId(deps, source, id.join(':'));
  return post && cut(post.text, LIKE_LENGTH);
}

function isBusy({ tracker }: WebDeps): boolean {
  return tracker.reader.countActive().running > 0;
}

/** The posts that match and came after those that the page has seen. */
async function newPosts(deps: WebDeps, typed: Record<string, string>): Promise<JSX.Element> {
  const { wrongAuthor: _, cursor: __, ...query } = toFindPageQuery(typed);
  const seen = Number(typed.seen) || 0;
  const { words } = deps.library;
  const wanted = await ignoringCommonWords(words, parseFind(query.q, Date.now()));
  const { count: posts } = words.countAfter(wanted, seen);
  return NewPosts({ query, seen, busy: isBusy(deps), posts });
}

/** The link to the next page. */
export function nextHrefOf(request: Request, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const url = new URL(request.url);
  url.searchParams.set('cursor', cursor);
  return urlTo(`${url.pathname}${url.search}` as `/${string}`);
}
