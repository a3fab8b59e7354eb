import type {} from '@atcute/bluesky';
import { NotFound, SourceUnavailable, Unauthorised } from '../source.ts';
import type { Caller } from './caller.ts';
import { type ProfileView, readProfile } from './profile.ts';
import { type Answer, refusal } from './requests.ts';

/** As the client's types write a handle or a DID. */
export type Actor = `did:${string}:${string}` | `${string}.${string}`;

/**
 * What an account is asked for by: its DID, or its handle in lower case, without `@`.
 * @throws NotFound when the name can be neither.
 */
export function actorOf(username: string): Actor {
  const name = username.trim().replace(/^@/, '');
  if (/^did:[a-z]+:\S+$/.test(name)) return name as Actor;
  const handle = name.toLowerCase().replace(/\.$/, '');
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(handle)) return handle as Actor;
  throw new NotFound(
    /^[a-z0-9-]+$/.test(handle)
      ? `A Bluesky handle contains a dot. Try ${handle}.bsky.social.`
      : `"${username}" is not a Bluesky handle. One looks like ada.bsky.social.`,
  );
}

/** @throws NotFound when there is no such account, or it shows nothing. */
export async function findAuthor(caller: Caller, actor: Actor): Promise<ProfileView> {
  const answer = await caller((client, sending) =>
    client.get('app.bsky.actor.getProfile', { ...sending, params: { actor } }),
  );
  if (!answer.ok) throw refusalOf(actor, answer);
  const profile = readProfile(answer.data);
  if (!profile) throw new SourceUnavailable('Bluesky answered with a profile that has no handle.');
  return profile;
}

/** Why an account cannot be read, for people. */
export function refusalOf(actor: string, answer: Answer & { ok: false }): Error {
  const { error, message = '' } = answer.data;
  const name = actor.startsWith('did:') ? actor : `@${actor}`;
  if (answer.status !== 400) return refusal(answer);
  if (error === 'AccountTakedown' || /suspended/i.test(message)) {
    return new NotFound(`Bluesky has suspended ${name}.`);
  }
  if (error === 'AccountDeactivated' || /deactivated/i.test(message)) {
    return new NotFound(`The owner of ${name} has deactivated the account.`);
  }
  if (error === 'BlockedActor' || error === 'BlockedByActor') {
    return new Unauthorised(`The connected account and ${name} block each other.`);
  }
  if (/not found|valid (?:did|handle)|resolve/i.test(message)) {
    return new NotFound(
      `Bluesky has no account ${name}. If it was renamed, use its new handle or its DID.`,
    );
  }
  return refusal(answer);
}
