import type { LiveDeps } from '../connection.ts';
import { type Source, Unauthorised } from '../source.ts';
import type { XAccess, XClient } from './client.ts';
import { createCookieAccess, type QueryIds } from './cookies/index.ts';

export { parseQueryIds } from './cookies/index.ts';

export interface XSourceOptions {
  live: LiveDeps;
  /** The website, for cookies. */
  url: string;
  /** The official API. */
  apiUrl: string;
  /** Least time between two requests of a kind to the website, in ms. Default: what X allows. */
  gapMs?: number;
  /** Ids of the website's operations in place of those of the scraper library. */
  queryIds?: QueryIds;
}

/** X, by the credentials that are stored: each listing uses those of its beginning. */
export function createXSource({ live, url, gapMs, queryIds }: XSourceOptions): Source {
  const accesses: XAccess[] = [createCookieAccess({ url, gapMs, queryIds })];

  const connected = async (): Promise<XClient> => {
    const credentials = await live.credentials.read('x');
    const access = accesses.find(({ method }) => method.name === credentials?.method);
    if (credentials && access) return access.connect(credentials, live);
    throw new Unauthorised(
      'X shows posts to signed-in users only. Connect X on the Sources page, or with "xgpt sources set x".',
    );
  };

  return {
    name: 'x',
    label: 'X',
    pageSize: 20,
    pageMs: 6_000,
    connection: {
      methods: accesses.map(({ method }) => method),
      test: async (signal) => (await connected()).test(signal),
    },

    async *posts(request) {
      yield* (await connected()).posts(request);
    },

    async *search(request) {
      yield* (await connected()).search(request);
    },

    async *discover(request) {
      yield* (await connected()).discover(request);
    },
  };
}
