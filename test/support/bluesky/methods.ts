import { InvalidRequestError, type Server } from '@atproto/xrpc-server';
import type { Logins } from './logins.ts';
import { detailedView, feedItem, postView, profileView } from './views.ts';
import type { Account, World } from './world.ts';

type Params = Record<string, string | number | boolean | string[] | undefined>;

/** The methods of the AppView and of a personal data server that the product calls. */
export function addMethods(server: Server, world: World, logins: Logins): void {
  const query = (nsid: string, answer: (params: Params) => object) =>
    server.method(nsid, ({ params }: { params: object }) => ({
      encoding: 'application/json',
      body: answer(params as Params),
    }));

  query('app.bsky.actor.getProfile', ({ actor }) => detailedView(shown(world, String(actor))));
  query('app.bsky.actor.getProfiles', ({ actors }) => ({
    profiles: (actors as string[]).flatMap((did) => {
      const account = world.find(did);
      return account && !account.status ? detailedView(account) : [];
    }),
  }));
  query('app.bsky.actor.searchActors', (params) => actorPage(world, params));
  query('app.bsky.feed.getAuthorFeed', (params) => authorFeed(world, params));
  server.method('app.bsky.feed.searchPosts', {
    auth: ({ req }: { req: { headers: { authorization?: string } } }) => ({
      credentials: logins.accountOf(req.headers.authorization),
    }),
    handler: ({ params }: { params: object }) => ({
      encoding: 'application/json',
      body: foundPosts(world, params as Params),
    }),
  });
  addLogins(server, logins);
}

function addLogins(server: Server, logins: Logins): void {
  const answer = (body: object) => ({ encoding: 'application/json', body });
  server.method('com.atproto.server.createSession', ({ input }) => {
    const { body } = Object(input) as { body: { identifier: string; password: string } };
    return answer(logins.create(body));
  });
  server.method(
    'com.atproto.server.refreshSession',
    ({ req }: { req: { headers: { authorization?: string } } }) =>
      answer(logins.refresh(req.headers.authorization)),
  );
  server.method('com.atproto.server.getSession', {
    auth: ({ req }: { req: { headers: { authorization?: string } } }) => ({
      credentials: logins.accountOf(req.headers.authorization),
    }),
    handler: ({ auth }: { auth: { credentials: unknown } }) => {
      const { did, handle } = auth.credentials as Account;
      return answer({ did, handle });
    },
  });
}

function shown(world: World, actor: string): Account {
  const account = world.find(actor);
  if (!account) throw new InvalidRequestError('Profile not found');
  if (account.status === 'suspended') {
    throw new InvalidRequestError('Account has been suspended', 'AccountTakedown');
  }
  if (account.status === 'deactivated') {
    throw new InvalidRequestError('Account is deactivated', 'AccountDeactivated');
  }
  return account;
}

/**
 * Hidden posts are left out after the page has been cut, so that pages may be short or empty; a page
 * that had entries has a cursor. A cursor that cannot be read is answered like the end.
 */
export function authorFeed(world: World, params: Params) {
  const account = shown(world, String(params.actor));
  const entries = world.entriesOf(account);
  const start = params.cursor === undefined ? 0 : positionAfter(entries, String(params.cursor));
  const page = entries.slice(start, start + Number(params.limit));
  const last = page.at(-1);
  const { pinned } = account;
  const pin = params.includePins && params.cursor === undefined && pinned;
  return {
    feed: [
      ...(pin ? [{ post: postView(pin), reason: { $type: 'app.bsky.feed.defs#reasonPin' } }] : []),
      ...page.filter(({ post }) => !post.isHidden).map((entry) => feedItem(world, entry)),
    ],
    ...(last && { cursor: `${last.sortAt}::${last.cid}` }),
  };
}

function positionAfter(entries: { sortAt: number; cid: string }[], cursor: string): number {
  const [, time, cid = ''] = /^(\d+)::(\w+)$/.exec(cursor) ?? [];
  if (time === undefined) return entries.length;
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { sortAt, cid: own } = entries[middle] as { sortAt: number; cid: string };
    const isAfter = sortAt < Number(time) || (sortAt === Number(time) && own < cid);
    if (isAfter) high = middle;
    else low = middle + 1;
  }
  return low;
}

function actorPage(world: World, { q, limit, cursor }: Params) {
  const words = String(q).toLowerCase().split(/\s+/);
  const found = world.accounts.filter(({ handle, displayName = '', description = '', status }) => {
    const text = `${handle} ${displayName} ${description}`.toLowerCase();
    return !status && words.some((word) => text.includes(word));
  });
  const { page, next } = cut(found, limit, cursor);
  return { actors: page.map(profileView), ...next };
}

function foundPosts(world: World, { q, limit, cursor, since, sort }: Params) {
  const wanted = String(q).replaceAll('"', '').toLowerCase();
  const found = [...world.posts.values()]
    .filter(({ record }) => record.text.toLowerCase().includes(wanted))
    .filter(({ indexedAt }) => since === undefined || indexedAt >= String(since))
    .sort((a, b) => (sort === 'top' ? b.likes - a.likes : a.indexedAt < b.indexedAt ? 1 : -1));
  const { page, next } = cut(found, limit, cursor);
  return { posts: page.filter(({ isHidden }) => !isHidden).map(postView), ...next };
}

function cut<Item>(items: Item[], limit: unknown, cursor: unknown) {
  const start = cursor === undefined ? 0 : Number(cursor);
  const end = start + Number(limit);
  return {
    page: items.slice(start, end),
    next: end < items.length ? { cursor: String(end) } : {},
  };
}
