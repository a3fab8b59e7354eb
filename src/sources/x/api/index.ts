import { count, money } from '../../../text/format.ts';
import type { ConnectionMethod, LiveDeps, StoredCredentials } from '../../connection.ts';
import { Unauthorised } from '../../source.ts';
import type { XAccess, XClient } from '../client.ts';
import { createPurse, DEFAULT_COST_PER_POST } from './budget.ts';
import { createMeter } from './cost.ts';
import type { Session } from './pages.ts';
import { type Api, createApi } from './request.ts';
import { discover, search } from './search.ts';
import { timeline } from './timeline.ts';

export interface ApiAccessOptions {
  /** `https://api.x.com`, or another server that answers like it. */
  apiUrl: string;
  /** Least time between two requests of the same kind, in ms. Default: 300. */
  gapMs?: number;
  /** In US dollars; a user costs twice as much. Default: 0.005. */
  costPerPost?: number;
  /** How long a listing waits for budget that other jobs have reserved, in ms. Default: 3,000. */
  patienceMs?: number;
}

/** Reads X by its official API, which charges for what it returns, within a budget. */
export function createApiAccess(options: ApiAccessOptions): XAccess {
  const { costPerPost = DEFAULT_COST_PER_POST } = options;
  return {
    method: methodWith(costPerPost),
    connect: (credentials, live) => createClient(options, credentials, live),
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
    paid: { costPerPost, currency: 'USD' },
  };
}

function tokenProblem(value: string): string | undefined {
  if (/^[A-Za-z0-9%._~+/=-]{20,1024}$/.test(value)) return undefined;
  return 'This does not look like a bearer token. Copy it without “Bearer” and without spaces.';
}

function createClient(
  { apiUrl, gapMs, costPerPost = DEFAULT_COST_PER_POST, patienceMs }: ApiAccessOptions,
  { values }: StoredCredentials,
  live: LiveDeps,
): XClient {
  const { now = () => new Date() } = live;

  async function connect(): Promise<Session> {
    const { bearer_token: bearerToken } = values;
    if (!bearerToken) throw new Unauthorised('The bearer token for X is missing. Set it again.');
    return {
      api: await createApi({ live, apiUrl, bearerToken, gapMs }),
      purse: createPurse({ budgets: live.budgets, costPerPost, patienceMs }),
      meter: createMeter(now),
      now,
    };
  }

  return {
    async *posts(request) {
      yield* timeline(await connect(), request);
    },
    async *search(request) {
      yield* search(await connect(), request);
    },
    async *discover(request) {
      yield* discover(await connect(), request);
    },
    async test(signal) {
      const { api } = await connect();
      return testWith(api, signal);
    },
  };
}

/** Asks what has been used, which costs nothing. A bearer token belongs to an app, not to a person. */
async function testWith(api: Api, signal: AbortSignal): Promise<string> {
  const request = { endpoint: 'usage', path: '/2/usage/tweets', params: {}, signal } as const;
  await api.turn(request);
  const { data } = await api.ask(request);
  const { project_usage, project_cap } = Object(data) as Record<string, unknown>;
  const [used, cap] = [Number(project_usage), Number(project_cap)];
  const usage =
    used >= 0 && cap > 0 ? ` X has counted ${count(used)} of ${count(cap)} posts this month.` : '';
  return `Connected to the official API.${usage}`;
}
