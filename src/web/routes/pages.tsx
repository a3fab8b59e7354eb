import type { Elysia } from 'elysia';
import { DashboardPage } from '../../../views/pages/dashboard.tsx';
import { PostsPage } from '../../../views/pages/posts.tsx';
import { ProfilesPage } from '../../../views/pages/profiles.tsx';
import type { DashboardModel, PostsModel } from '../../../views/view_models.ts';
import { ModelUnavailable } from '../../embedding/index.ts';
import type { FinalStatus, Tracker } from '../../jobs/index.ts';
import {
  authorProblem,
  findPosts,
  type PostsQuery,
  toPostsQuery,
  toProfilesQuery,
} from '../../operations/find_posts.ts';
import { urlTo } from '../../text/urls.ts';
import { ANY_QUERY, NO_QUERY, PROFILES_QUERY, postsPageQuery } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html, seeOther } from '../http/responses.ts';
import { layoutOf } from './layout.ts';
import { beginnings, quickStarts } from './start_pages.tsx';

const HOUR_MS = 3_600_000;

type Hour = DashboardModel['hours'][number];

/** The dashboard and the pages of the library. */
export function pages(deps: WebDeps) {
  const { library } = deps;

  return (app: Elysia) =>
    app
      .get(
        '/',
        ({ request }) =>
          html(DashboardPage({ layout: layoutOf(request, deps), model: dashboard(deps) })),
        { query: NO_QUERY, detail: { hide: true } },
      )
      .get(
        '/find',
        async ({ request, query: typed }) => {
          const query = toPostsQuery(typed);
          const { page, problem } = await postsOrProblem(deps, query);
          const model = { page, query, problem, nextHref: nextHref(request, page.nextCursor) };
          return html(PostsPage({ layout: layoutOf(request, deps), model }));
        },
        { query: postsPageQuery(deps.sources), detail: { hide: true } },
      )
      .get('/posts', ({ request }) => seeOther(urlTo(`/find${new URL(request.url).search}`)), {
        query: ANY_QUERY,
        detail: { hide: true },
      })
      .get(
        '/profiles',
        ({ request, query: typed }) => {
          const query = toProfilesQuery(typed);
          const page = library.profiles(query);
          const model = { page, query, nextHref: nextHref(request, page.nextCursor) };
          return html(ProfilesPage({ layout: layoutOf(request, deps), model }));
        },
        { query: PROFILES_QUERY, detail: { hide: true } },
      );
}

async function postsOrProblem(
  deps: WebDeps,
  query: PostsQuery,
): Promise<Pick<PostsModel, 'page' | 'problem'>> {
  const wrongAuthor = authorProblem(query.author);
  if (wrongAuthor) return noPosts(wrongAuthor, { ...query, author: '' });
  if (query.by === 'meaning' && !query.q) return textNeeded(query);
  try {
    return { page: await findPosts(deps, query) };
  } catch (error) {
    if (!(error instanceof ModelUnavailable)) throw error;
    const problem = { message: error.message, href: urlTo('/embed'), action: 'Go to Embed' };
    return { page: { posts: [], total: 0 }, problem };
  }
}

/** Posts by date would look like an answer. */
function textNeeded(query: PostsQuery): Pick<PostsModel, 'page' | 'problem'> {
  return noPosts('Type a text above to find the posts that are nearest to it in meaning.', query);
}

/** What is wrong with the query, and the way to all posts of its author and source. */
function noPosts(message: string, { author, source }: PostsQuery) {
  const filter = new URLSearchParams({ ...(author && { author }), ...(source && { source }) });
  const href = urlTo(filter.size > 0 ? `/find?${filter}` : '/find');
  return {
    page: { posts: [], total: 0 },
    problem: { message, href, action: 'Show all posts by date' },
  };
}

function dashboard(deps: WebDeps): DashboardModel {
  const { tracker, library } = deps;
  const hours = lastHours(tracker);
  const recent = tracker.reader.listJobs({ limit: 10 }).jobs;
  return {
    counts: library.counts(),
    lastDay: {
      jobs: sum(hours, 'completed', 'failed', 'cancelled', 'active'),
      failed: sum(hours, 'failed'),
    },
    hours,
    recent,
    // Parsed only when needed: building the schema takes 1 ms of the first page.
    get starts() {
      return quickStarts(deps, recent);
    },
    get beginnings() {
      return beginnings(deps);
    },
    withoutVector: library.countWithoutVector(deps.embedder.model),
  };
}

/** Jobs by the hour in which they ended; active ones count for the current hour. */
function lastHours(tracker: Tracker): Hour[] {
  const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const span = { since: thisHour - 23 * HOUR_MS, until: thisHour + HOUR_MS };
  const { types } = tracker.reader.history({ by: 'hour', ...span });
  const { running, waiting } = tracker.reader.countActive();
  return Array.from({ length: 24 }, (_, index) => {
    const periods = types.flatMap((type) => type.periods[index] ?? []);
    const total = (status: FinalStatus) => periods.reduce((sum, period) => sum + period[status], 0);
    return {
      start: new Date(span.since + index * HOUR_MS),
      completed: total('completed'),
      failed: total('failed'),
      cancelled: total('cancelled'),
      active: index === 23 ? running + waiting : 0,
    };
  });
}

function sum(hours: Hour[], ...series: Exclude<keyof Hour, 'start'>[]): number {
  return hours.reduce((total, hour) => series.reduce((n, name) => n + hour[name], total), 0);
}

/** The link to the next page. */
function nextHref(request: Request, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const url = new URL(request.url);
  url.searchParams.set('cursor', cursor);
  return urlTo(`${url.pathname}${url.search}` as `/${string}`);
}
