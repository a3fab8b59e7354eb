import type { Client } from '@atcute/client';
import { type Answer, ask, type Call, clientOf, type Service } from './requests.ts';

/** What each request passes to the client. */
export interface Sending {
  signal: AbortSignal;
  headers?: Record<string, string>;
}

/**
 * Makes requests of one listing, with or without an account.
 * @throws RateLimited, SourceUnavailable, Unauthorised, or the signal's reason.
 */
export type Caller = (
  send: (client: Client, sending: Sending) => Promise<unknown>,
) => Promise<Answer>;

/** Requests without an account, to the public AppView. */
export function publicCaller(service: Service, call: Call): Caller {
  const client = clientOf(service, service.url);
  return (send) => ask(service, 'bluesky:public', call, (signal) => send(client, { signal }));
}
