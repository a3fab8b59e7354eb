import type { ConnectionMethod } from '../../connection.ts';
import type { XAccess } from '../client.ts';
import type { QueryIds } from './library.ts';

export { parseQueryIds } from './query_ids.ts';
export type { QueryIds };

export interface CookieAccessOptions {
  /** `https://x.com`, or another server that answers like it. */
  url: string;
  /** Least time between two requests of a kind, in ms. Default: what X allows. */
  gapMs?: number;
  /** Ids that replace those of the library, which X changes now and then. */
  queryIds?: QueryIds;
}

/** About as many of an account's newest posts are shown. */
const MAX_POSTS = 3_200;

const COOKIE_VALUE = /^[\w%-]{16,512}$/;

const cookieProblem = (name: string) => (value: string) =>
  COOKIE_VALUE.test(value)
    ? undefined
    : `This does not look like the value of the cookie ${name}. Copy the value only, without its name.`;

const method: ConnectionMethod = {
  name: 'cookies',
  label: 'Cookies of a browser',
  help:
    'Sign in to x.com in a browser, open its developer tools (F12), and copy the values of two cookies ' +
    'under Application (or Storage) → Cookies → https://x.com. Reads posts, replies, search and profiles ' +
    'as that account sees them. X does not provide this for programs: use it sparingly.',
  fields: [
    { name: 'auth_token', label: 'auth_token', secret: true, problem: cookieProblem('auth_token') },
    { name: 'ct0', label: 'ct0', secret: true, problem: cookieProblem('ct0') },
  ],
  // X allows a third as many searches as other requests.
  pace: {
    posts: { reach: { posts: MAX_POSTS } },
    search: { pageSize: 20, pageMs: 18_000 },
    discover: { pageSize: 20, pageMs: 18_000, reach: { posts: MAX_POSTS } },
  },
};

/** Reads X as its website does, signed in with the cookies of a browser. */
export function createCookieAccess({ queryIds = {}, ...options }: CookieAccessOptions): XAccess {
  return {
    method,
    async connect(credentials, live) {
      const { openCookieClient } = await import('./client.ts');
      return openCookieClient({ ...options, queryIds, credentials, live });
    },
  };
}
