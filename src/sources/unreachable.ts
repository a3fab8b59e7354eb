/** Codes of Bun and Node, by what they mean. */
const REASONS: [codes: RegExp, words: string][] = [
  [/ENOTFOUND|EAI_|DNS/i, 'its name is not known. Is this machine online?'],
  [/ENETUNREACH|EHOSTUNREACH|ENETDOWN/i, 'there is no way to it. Is this machine online?'],
  [/REFUSED|FailedToOpenSocket/i, 'it refuses the connection.'],
  [/TIMEDOUT|Timeout/i, 'it does not answer in time.'],
  [/CERT|TLS|SSL|SIGNATURE/i, 'its certificate is not accepted.'],
  [/RESET|CLOSED|EPIPE|Disconnected/i, 'the connection was closed.'],
];

/**
 * Why a request has not reached a service, for people: "Bluesky (public.api.bsky.app) cannot be reached:
 * its name is not known. Is this machine online?"
 */
export function unreachableWords(service: string, url: string, error: unknown): string {
  const codes = codesOf(error).join(' ');
  const words = REASONS.find(([pattern]) => pattern.test(codes))?.[1] ?? 'the connection failed.';
  return `${service} (${URL.parse(url)?.host ?? url}) cannot be reached: ${words}`;
}

/** The codes of an error and of what it wraps; libraries wrap once or twice. */
function codesOf(error: unknown, depth = 3): string[] {
  if (depth === 0 || !(error instanceof Error)) return [];
  const { code, message } = error as Error & { code?: unknown };
  const named = typeof code === 'string' ? code : (/\bE[A-Z_]{4,}\b/.exec(message)?.[0] ?? '');
  return [named, ...codesOf(error.cause, depth - 1)].filter(Boolean);
}
