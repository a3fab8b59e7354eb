import { money } from '../../../text/format.ts';
import type { ConnectionMethod } from '../../connection.ts';
import type { XAccess } from '../client.ts';
import type { ApiAccessOptions } from './client.ts';
import {
  MAX_POSTS,
  MAX_WITHOUT_REPLIES,
  SEARCH_PAGE,
  SEARCHED_DAYS,
  TIMELINE_PAGE,
} from './limits.ts';
import { DEFAULT_COST_PER_POST, POSTS_PER_USER } from './prices.ts';

const NEWEST = { posts: MAX_POSTS, withoutReplies: MAX_WITHOUT_REPLIES };

const SEARCH_COSTS = { least: SEARCH_PAGE.min * SEARCH_PAGE.cost };

/** Reads X by its official API, which charges for what it returns, within a budget. */
export function createApiAccess(options: ApiAccessOptions): XAccess {
  const { costPerPost = DEFAULT_COST_PER_POST } = options;
  return {
    method: methodWith(costPerPost),
    async connect(credentials, live) {
      const { createApiClient } = await import('./client.ts');
      return createApiClient(options, credentials, live);
    },
  };
}

function methodWith(costPerPost: number): ConnectionMethod {
  return {
    name: 'api',
    label: 'Official API',
    help:
      'Create an app in X’s developer console (console.x.com), buy credits there, and copy the app’s ' +
      `bearer token. Reads authors and the posts of the last seven days. X charges ${money(costPerPost, 'USD')} for a ` +
      'post and twice as much for a profile, so nothing is read until you have set a budget.',
    fields: [{ name: 'bearer_token', label: 'Bearer token', secret: true, problem: tokenProblem }],
    // How many posts must be read for a profile is not known.
    pace: {
      posts: {
        pageSize: TIMELINE_PAGE.max,
        pageMs: 1_000,
        reach: NEWEST,
        costs: { lookup: POSTS_PER_USER, least: POSTS_PER_USER + TIMELINE_PAGE.min },
      },
      search: {
        pageSize: SEARCH_PAGE.max,
        pageMs: 1_000,
        reach: { days: SEARCHED_DAYS },
        costs: SEARCH_COSTS,
      },
      discover: { pageSize: SEARCH_PAGE.max, pageMs: 0, reach: NEWEST, costs: SEARCH_COSTS },
    },
    paid: { costPerPost, currency: 'USD' },
  };
}

function tokenProblem(value: string): string | undefined {
  if (/^[A-Za-z0-9%._~+/=-]{20,1024}$/.test(value)) return undefined;
  return 'This does not look like a bearer token. Copy it without “Bearer” and without spaces.';
}
