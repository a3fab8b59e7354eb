import { money } from '../../text/format.ts';
import type { LiveDeps } from '../connection.ts';
import { type Source, Unauthorised } from '../source.ts';
import { createApiAccess } from './api/index.ts';
import { DEFAULT_COST_PER_POST } from './api/prices.ts';
import type { XAccess, XClient } from './client.ts';
import { createCookieAccess, type QueryIds } from './cookies/index.ts';

export { parseQueryIds } from './cookies/index.ts';

export interface XSourceOptions {
  live: LiveDeps;
  /** The website, for cookies. */
  url: string;
  /** The official API. */
  apiUrl: string;
  /** Least time between two requests of a kind, in ms. Default: what X allows. */
  gapMs?: number;
  /** The same for the website only. */
  websiteGapMs?: number;
  /** What the official API charges for a post, in US dollars. Default: 0.005. */
  costPerPost?: number;
  /** How long a listing waits for budget that other jobs have reserved, in ms. Default: 3,000. */
  patienceMs?: number;
  /** Ids of the website's operations in place of those of the scraper library. */
  queryIds?: QueryIds;
}

/** X, by the credentials that are stored: each listing uses those of its beginning. */
export function createXSource(options: XSourceOptions): Source {
  const { live, costPerPost = DEFAULT_COST_PER_POST } = options;
  const accesses: XAccess[] = [
    createCookieAccess({ ...options, gapMs: options.gapMs ?? options.websiteGapMs }),
    createApiAccess(options),
  ];

  const connected = async (credentials = live.credentials): Promise<XClient> => {
    const stored = await credentials.read('x');
    const access = accesses.find(({ method }) => method.name === stored?.method);
    if (stored && access) return access.connect(stored, { ...live, credentials });
    throw new Unauthorised(
      'X shows posts to signed-in users only. Connect X on the Sources page, or with "xgpt sources set x".',
    );
  };

  return {
    name: 'x',
    label: 'X',
    pageSize: 20,
    pageMs: 6_000,
    cost: `${money(costPerPost, 'USD')} a post by the official API, nothing with cookies`,
    connection: {
      methods: accesses.map(({ method }) => method),
      test: async (signal, trial) => (await connected(trial)).test(signal),
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
