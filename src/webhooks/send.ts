import { allowedAddresses, type Resolve } from './addresses.ts';
import { isNotConnected } from './failure.ts';

/** How long a receiver may take to answer by default, in ms. */
export const ANSWER_MS = 15_000;

/** Addresses of one host that are tried. */
const MAX_TRIED = 3;

export interface SendOptions {
  resolve: Resolve;
  allowPrivate: boolean;
  /** How long a receiver may take to answer, in ms. */
  answerMs: number;
  /** Certificates that are trusted besides the usual ones, as PEM. */
  ca?: string;
}

/**
 * Posts a body and returns the status of the answer, of which nothing else is read. Redirects are not followed:
 * they would lead to an address that was not checked.
 * @throws PrivateAddress, or the error of the connection.
 */
export async function send(
  to: string,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  options: SendOptions,
): Promise<number> {
  const url = new URL(to);
  const addresses = await allowedAddresses(url.hostname, options);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.answerMs)]);
  let last: unknown;
  for (const address of addresses.slice(0, MAX_TRIED)) {
    try {
      return await postTo(address, url, body, headers, deadline, options.ca);
    } catch (error) {
      last = error;
      // Only a connection that was not made is tried elsewhere: the other may have arrived.
      if (!isNotConnected(error)) throw error;
    }
  }
  throw last;
}

/** Connects to the address that was checked; the name is in the header and in the certificate. */
async function postTo(
  address: string,
  url: URL,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<number> {
  const target = new URL(url);
  target.hostname = address.includes(':') ? `[${address}]` : address;
  const init = {
    method: 'POST',
    body,
    signal,
    redirect: 'manual' as const,
    keepalive: false,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'xgpt-webhooks',
      ...headers,
      host: url.host,
    },
    tls: { serverName: url.hostname.replace(/^\[|\]$/g, ''), ...(ca && { ca }) },
  };
  const answer = await fetch(target, init as RequestInit);
  await answer.body?.cancel();
  return answer.status;
}
