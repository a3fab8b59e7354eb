import { count } from '../../../text/format.ts';
import type { LiveDeps, StoredCredentials } from '../../connection.ts';
import { Unauthorised } from '../../source.ts';
import type { XClient } from '../client.ts';
import { createPurse } from './budget.ts';
import { createMeter } from './cost.ts';
import type { Session } from './pages.ts';
import { DEFAULT_COST_PER_POST } from './prices.ts';
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

/** Loaded when a listing begins. */
export function createApiClient(
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
