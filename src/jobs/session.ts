import { InvalidInput } from './errors.ts';

/** What a session may be called, as a regular expression with Unicode classes. */
export const SESSION_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,99}$';

const SESSION = new RegExp(SESSION_PATTERN, 'u');

/**
 * The session a job is to belong to, as a person gave it; nothing and an empty text are none.
 * @throws InvalidInput that names `sessionId`.
 */
export function readSession(given: unknown): string | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const session = typeof given === 'string' ? given.trim() : '';
  if (SESSION.test(session)) return session;
  const message =
    'Session may have letters, digits, spaces and . _ - only, 100 at most, starting with a letter or digit.';
  throw new InvalidInput({ sessionId: message });
}
