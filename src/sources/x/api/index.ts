import { money } from '../../../text/format.ts';
import type { ConnectionMethod } from '../../connection.ts';
import type { XAccess } from '../client.ts';
import type { ApiAccessOptions } from './client.ts';
import { DEFAULT_COST_PER_POST } from './prices.ts';

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
      posts: { pageSize: 100, pageMs: 1_000 },
      search: { pageSize: 100, pageMs: 1_000 },
      discover: { pageSize: 100, pageMs: 0 },
    },
    paid: { costPerPost, currency: 'USD' },
  };
}

function tokenProblem(value: string): string | undefined {
  if (/^[A-Za-z0-9%._~+/=-]{20,1024}$/.test(value)) return undefined;
  return 'This does not look like a bearer token. Copy it without “Bearer” and without spaces.';
}
