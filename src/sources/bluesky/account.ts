import type {} from '@atcute/atproto';
import type {} from '@atcute/bluesky';
import { Unauthorised } from '../source.ts';
import type { Caller } from './caller.ts';
import { type Answer, ask, type Call, clientOf, refusal, type Service } from './requests.ts';
import { type KeptSession, openSession, renewSession } from './session.ts';

/**
 * Requests of the connected account, to its own server, which passes them on to the AppView.
 * @param what needs the account, for the message when none is connected. Default: "This".
 * @throws Unauthorised when none is connected.
 */
export async function accountCaller(service: Service, call: Call, what?: string): Promise<Caller> {
  let session = await openSession(service, call, { what });
  return async (send) => {
    const first = await request(service, call, session, send);
    if (!isExpired(first)) return first;
    session = await renewSession(service, call, session);
    const second = await request(service, call, session, send);
    if (!isExpired(second)) return second;
    throw new Unauthorised(
      'Bluesky does not accept the session of the connected account. Connect it again on the Sources page.',
    );
  };
}

function request(
  service: Service,
  call: Call,
  { server, accessJwt }: KeptSession,
  send: Parameters<Caller>[0],
): Promise<Answer> {
  const client = clientOf(service, server);
  const headers = { authorization: `Bearer ${accessJwt}` };
  return ask(service, 'bluesky:search', call, (signal) => send(client, { signal, headers }));
}

function isExpired(answer: Answer): boolean {
  if (answer.ok) return false;
  const names = ['ExpiredToken', 'InvalidToken'];
  return answer.status === 401 || (answer.status === 400 && names.includes(answer.data.error));
}

/** Asks the account's server who is connected, with a new login when an earlier one was refused. */
export async function testAccount(service: Service, signal: AbortSignal): Promise<string> {
  await openSession(service, { signal }, { afterRefusal: true });
  const caller = await accountCaller(service, { signal });
  const answer = await caller((client, sending) =>
    client.get('com.atproto.server.getSession', sending),
  );
  if (!answer.ok) throw refusal(answer);
  const { handle } = Object(answer.data) as { handle?: unknown };
  return `Connected as @${String(handle)}`;
}

/** Asks the public service for a page of its own, as listings without an account do. */
export async function testPublic(service: Service, signal: AbortSignal): Promise<string> {
  const client = clientOf(service, service.url);
  const answer = await ask(service, 'bluesky:public', { signal }, (sending) =>
    client.get('app.bsky.actor.getProfile', { signal: sending, params: { actor: 'bsky.app' } }),
  );
  // A refusal of this account by name is an answer too.
  if (!answer.ok && answer.status !== 400) throw refusal(answer);
  return 'Bluesky answers without an account';
}
