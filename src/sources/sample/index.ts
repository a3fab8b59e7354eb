import { mismatch } from '../../text/usernames.ts';
import type { Post } from '../post.ts';
import { NotFound, type PostsRequest, type SearchRequest, type Source } from '../source.ts';
import type { Author } from './corpus.ts';
import { createFaults } from './faults.ts';
import { containsAny, matchingProfiles } from './matching.ts';
import { PAGE_SIZE, pages } from './paging.ts';
import type { Entry } from './timeline.ts';

const DAY_MS = 86_400_000;

/**
 * A source that needs no network: synthetic people who write about a dozen subjects in five
 * languages. Texts, ids, order and counts never change. Only dates do: each listing dates its posts
 * relative to the beginning of the current day in UTC, so that "the last seven days" always has posts.
 * A listing resumed after midnight continues exactly where it stopped, and a post collected again keeps
 * its id and gets the later date.
 *
 * Everything that continues a post, also in an author's own thread, is of kind `reply`. `search` leaves
 * out reposts, which would only repeat its results.
 *
 * Three users simulate failures: `flaky_feed` breaks at the third page of every listing that started
 * without a cursor (SourceUnavailable), `busy_signal` refuses the first caller of each source for 5 s
 * (RateLimited), `locked_diary` always refuses (Unauthorised).
 *
 * @param pageMs how long every page takes, in ms; 0 still yields to the event loop.
 */
export function createSampleSource({
  pageMs,
  now = () => new Date(),
}: {
  pageMs: number;
  now?: () => Date;
}): Source {
  const faults = createFaults(now);
  return {
    name: 'sample',
    label: 'the synthetic sample',
    pageSize: PAGE_SIZE,
    pageMs,
    beginning: {
      help: 'Synthetic people who write about a dozen subjects. It needs no account and no network.',
      ready: {
        input: { username: 'aurora_lab', maxTweets: '200' },
        action: 'Scrape the sample user',
      },
    },

    async *posts(request) {
      const { profile, entries } = await findAuthor(request.username);
      faults.onListing(profile.username);
      const posts = included(entries, request).map(dated(now()));
      let number = 0;
      for await (const page of pages(posts, request, pageMs)) {
        faults.onPage(profile.username, ++number, request.cursor === undefined);
        yield { ...page, profile };
      }
    },

    async *search(request) {
      yield* pages(await matchingPosts(request, now()), request, pageMs);
    },

    async *discover({ query, ...request }) {
      const { authors } = await corpus();
      const profiles = authors.map(({ profile }) => profile);
      yield* pages(matchingProfiles(profiles, query), request, pageMs);
    },
  };
}

/** A tenth of the program's text, which only jobs read. */
const loaded = () => import('./corpus.ts');

const corpus = async () => (await loaded()).sampleCorpus();

async function findAuthor(username = ''): Promise<Author> {
  const author = await (await loaded()).sampleAuthor(username.toLowerCase());
  if (author) return author;
  const others = ['x', 'bluesky'].filter((name) => mismatch(username, name, name) === undefined);
  const advice = others.length > 0 ? `, or choose another source: ${others.join(' or ')}` : '';
  throw new NotFound(
    `There is no user "${username}" in the synthetic sample, which has invented people only. Try aurora_lab${advice}.`,
  );
}

function included(entries: Entry[], { includeReplies, includeReposts }: PostsRequest): Entry[] {
  return entries.filter(({ post: { kind } }) => {
    if (kind === 'reply') return includeReplies;
    return kind === 'post' || includeReposts;
  });
}

async function matchingPosts({ terms, mode, since }: SearchRequest, now: Date): Promise<Post[]> {
  const matches = containsAny(terms);
  const { entries } = await corpus();
  const posts = entries
    .filter(({ post }) => post.kind !== 'repost' && matches(post.text))
    .map(dated(now))
    .filter(({ createdAt }) => !since || createdAt >= since);
  return mode === 'top' ? posts.sort(byEngagement) : posts;
}

function dated(now: Date): (entry: Entry) => Post {
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  return ({ post, ageMs }) => ({ ...post, createdAt: new Date(midnight - ageMs) });
}

/** Sorting is stable: equally popular posts stay in order of time. */
function byEngagement(one: Post, other: Post): number {
  return engagement(other) - engagement(one);
}

function engagement({ likes = 0, reposts = 0, replies = 0 }: Post): number {
  return likes + reposts + replies;
}
