import { z } from 'zod';
import type { Credentials, StoredCredentials } from '../../connection.ts';
import { Unauthorised } from '../../source.ts';
import type { Cookies } from './library.ts';

const cookiesSchema = z.object({ auth_token: z.string().min(1), ct0: z.string().min(1) });

/** The cookies in use: those that the user has stored, or the newer ones that X has set since. */
export interface Session {
  cookies(): Cookies;
  /**
   * Takes what X sets. Deletions count for nothing: a refusal says clearly that they are over.
   * @returns whether the cookies have changed.
   */
  accept(setCookies: string[]): Promise<boolean>;
  /** Reads what another process may have stored. @returns whether the cookies have changed. */
  refresh(): Promise<boolean>;
}

export async function openSession(
  credentials: Credentials,
  stored: StoredCredentials,
): Promise<Session> {
  const first = cookiesSchema.safeParse(stored.values).data;
  if (!first) {
    throw new Unauthorised('A cookie of X is missing. Connect X again on the Sources page.');
  }
  let cookies = first;
  let version = 0;

  const refresh = async () => {
    const session = await credentials.readSession('x');
    const newer = cookiesSchema.safeParse(session?.value).data;
    version = session?.version ?? 0;
    const changed = newer !== undefined && !isSame(newer, cookies);
    if (newer) cookies = newer;
    return changed;
  };
  await refresh();

  return {
    cookies: () => cookies,
    refresh,
    async accept(setCookies) {
      const next = { ...cookies, ...valuesOf(setCookies) };
      if (isSame(next, cookies)) return false;
      cookies = next;
      if (await credentials.writeSession('x', next, version)) version++;
      // Another process has stored a session meanwhile, which is the newer one.
      else await refresh();
      return true;
    },
  };
}

function isSame(one: Cookies, other: Cookies): boolean {
  return one.auth_token === other.auth_token && one.ct0 === other.ct0;
}

function valuesOf(setCookies: string[]): Partial<Cookies> {
  const values: Partial<Cookies> = {};
  for (const line of setCookies) {
    const [, name, value] = line.match(/^\s*(auth_token|ct0)=([^;\s]+)/) ?? [];
    if (value && !isDeletion(line)) values[name as keyof Cookies] = value;
  }
  return values;
}

function isDeletion(line: string): boolean {
  const expires = Date.parse(/;\s*expires=([^;]+)/i.exec(line)?.[1] ?? '');
  return /;\s*max-age=(0|-\d+)\s*(;|$)/i.test(line) || expires < Date.now();
}
