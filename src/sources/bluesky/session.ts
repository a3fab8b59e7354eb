import type {} from '@atcute/atproto';
import { z } from 'zod';
import type { StoredCredentials } from '../connection.ts';
import { SourceUnavailable, Unauthorised } from '../source.ts';
import { handleIn } from './handle.ts';
import { type Answer, ask, type Call, clientOf, type Service } from './requests.ts';

const SOURCE = 'bluesky';

/** A refused login is not repeated for this long: an account has 300 a day. */
const REFUSAL_MS = 3_600_000;

const NOT_CONNECTED =
  'needs a Bluesky account. Connect one with an app password on the Sources page, or with "xgpt sources set bluesky".';

const loginAnswer = z.object({
  did: z.string().startsWith('did:'),
  handle: z.string(),
  accessJwt: z.string().min(1),
  refreshJwt: z.string().min(1),
  didDoc: z.unknown().optional(),
});

const sessionSchema = z.object({
  ...loginAnswer.omit({ didDoc: true }).shape,
  /** The account's own server, which its identity document names. */
  server: z.string(),
});

const refusedSchema = z.object({ refused: z.string(), at: z.number() });

export type Session = z.infer<typeof sessionSchema>;

/** A session as it is stored, with its version. */
export type KeptSession = Session & { version: number };

/**
 * The stored session, or that of a new login.
 * @param afterRefusal log in even when the last login was refused.
 * @param what needs an account, for the message.
 * @throws Unauthorised when no account is connected, or its app password is refused.
 */
export async function openSession(
  service: Service,
  call: Call,
  { afterRefusal = false, what = 'This' }: { afterRefusal?: boolean; what?: string } = {},
): Promise<KeptSession> {
  const { credentials } = service.live;
  const given = await credentials.read(SOURCE);
  if (given?.method !== 'app_password') throw new Unauthorised(`${what} ${NOT_CONNECTED}`);
  const kept = (await keptSession(service, afterRefusal)).session;
  if (kept) return kept;
  return credentials.exclusively(SOURCE, call.signal, async () => {
    // Another process may have logged in meanwhile.
    const { session, version } = await keptSession(service, afterRefusal);
    return session ?? logIn(service, call, given, version);
  });
}

/**
 * A session with new tokens: those of another process when it was faster, or of a refresh, or of a
 * login when the refresh is refused. A server that does not answer refuses nothing.
 * @throws Unauthorised when the login is refused, SourceUnavailable, RateLimited.
 */
export async function renewSession(
  service: Service,
  call: Call,
  old: KeptSession,
): Promise<KeptSession> {
  const { credentials } = service.live;
  return credentials.exclusively(SOURCE, call.signal, async () => {
    const given = await credentials.read(SOURCE);
    if (given?.method !== 'app_password') throw new Unauthorised(NOT_CONNECTED);
    const { session, version } = await keptSession(service, false);
    if (session && version !== old.version) return session;
    return (
      (session && (await refresh(service, call, session))) ?? logIn(service, call, given, version)
    );
  });
}

async function keptSession(
  { live }: Service,
  afterRefusal: boolean,
): Promise<{ session?: KeptSession; version: number }> {
  const stored = await live.credentials.readSession(SOURCE);
  if (!stored) return { version: 0 };
  const { value, version } = stored;
  const refused = refusedSchema.safeParse(value).data;
  const now = (live.now?.() ?? new Date()).getTime();
  if (refused && !afterRefusal && now < refused.at + REFUSAL_MS) {
    throw new Unauthorised(refused.refused);
  }
  const session = sessionSchema.safeParse(value).data;
  return session ? { session: { ...session, version }, version } : { version };
}

async function refresh(
  service: Service,
  call: Call,
  session: KeptSession,
): Promise<KeptSession | undefined> {
  const client = clientOf(service, session.server);
  const headers = { authorization: `Bearer ${session.refreshJwt}` };
  const answer = await ask(service, 'bluesky:search', call, (signal) =>
    client.post('com.atproto.server.refreshSession', { signal, headers }),
  );
  // Tokens that have expired or were revoked.
  if (!answer.ok) return undefined;
  return keep(service, answer.data, session.server, session.version);
}

async function logIn(
  service: Service,
  call: Call,
  { values }: StoredCredentials,
  version: number,
): Promise<KeptSession> {
  const { identifier = '', password = '', server = '' } = values;
  const client = clientOf(service, server.trim());
  const input = {
    identifier: handleIn(identifier) ?? identifier.trim(),
    password: password.trim(),
  };
  const answer = await ask(service, 'bluesky:login', call, (signal) =>
    client.post('com.atproto.server.createSession', { input, signal }),
  );
  if (answer.ok) return keep(service, answer.data, server.trim(), version);
  const refused = whyRefused(answer);
  const at = (service.live.now?.() ?? new Date()).getTime();
  await service.live.credentials.writeSession(SOURCE, { refused, at }, version);
  throw new Unauthorised(refused);
}

/** In words of our own: what the server writes could contain what was sent. */
function whyRefused({ data }: Answer & { ok: false }): string {
  if (data.error === 'AccountTakedown') return 'The connected Bluesky account is suspended.';
  if (data.error === 'AuthFactorTokenRequired') {
    return 'Bluesky wants a code by email, because this is the password of the account. Make an app password and connect Bluesky again on the Sources page.';
  }
  return 'Bluesky refuses the handle or the app password. Make a new app password and connect Bluesky again on the Sources page.';
}

async function keep(
  { live }: Service,
  answer: unknown,
  server: string,
  version: number,
): Promise<KeptSession> {
  const read = loginAnswer.safeParse(answer).data;
  if (!read) throw new SourceUnavailable('Bluesky answered a login without a session.');
  const { didDoc, ...tokens } = read;
  const session: Session = { ...tokens, server: serverIn(didDoc, server) };
  const isStored = await live.credentials.writeSession(SOURCE, session, version);
  const kept = await live.credentials.readSession(SOURCE);
  const stored = sessionSchema.safeParse(kept?.value).data;
  if (kept && stored) return { ...stored, version: kept.version };
  const reason = isStored ? 'cannot be stored' : 'was replaced meanwhile';
  throw new SourceUnavailable(`The Bluesky session ${reason}.`);
}

/**
 * The personal data server of an identity document. It gets the tokens, so it must be reached over TLS
 * when the server that was logged in to is.
 */
function serverIn(didDoc: unknown, server: string): string {
  const { service } = Object(didDoc) as { service?: unknown };
  for (const entry of Array.isArray(service) ? service : []) {
    const { id, serviceEndpoint } = Object(entry) as { id?: unknown; serviceEndpoint?: unknown };
    if (!String(id).endsWith('#atproto_pds')) continue;
    const url = URL.parse(String(serviceEndpoint));
    if (url && (url.protocol === 'https:' || url.protocol === new URL(server).protocol)) {
      return url.origin;
    }
  }
  return server;
}
