import type { LiveDeps, StoredCredentials } from '../../connection.ts';
import { RateLimited, SourceError, SourceUnavailable } from '../../source.ts';
import { unreachableWords } from '../../unreachable.ts';
import {
  type Library,
  openLibrary,
  type QueryIds,
  type Question,
  type RawAnswer,
} from './library.ts';
import { exhaustedUntil, isCsrfRefused, readAnswer } from './response.ts';
import { openSession, type Session } from './session.ts';

export interface RequestsOptions {
  credentials: StoredCredentials;
  live: LiveDeps;
  url: string;
  /** Least time between two requests of an operation, in ms; of searches, three times as much. */
  gapMs?: number;
  queryIds: QueryIds;
}

/** X allows about 150 requests of an operation in 15 minutes, and 50 searches. */
const GAP_MS = 6_000;
const SEARCH_GAPS = 3;

/** Sends the requests of one listing. */
export interface Requests {
  /** @throws SourceError, or the signal's reason. */
  ask(question: Question, waiting: Waiting): Promise<Answered>;
}

export interface Waiting {
  signal: AbortSignal;
  onWaiting?: (message: string) => void;
}

export interface Answered {
  json: unknown;
  /** The time of the request. */
  at: Date;
}

/** Asks within the rate limit, which all processes share, and keeps the cookies that X replaces. */
export function createRequests(options: RequestsOptions): Requests {
  const { live } = options;
  const now = live.now ?? (() => new Date());
  let opened: Promise<{ session: Session; library: Library }> | undefined;

  const open = async () => {
    const session = await openSession(live.credentials, options.credentials);
    const send = live.fetch ?? fetch;
    const library = await openLibrary({ ...options, fetch: send, cookies: session.cookies() });
    return { session, library };
  };

  const send = async (question: Question, waiting: Waiting): Promise<RawAnswer> => {
    opened ??= open();
    const { session, library } = await opened;
    const limit = limitOf(question);
    await live.rateLimits.take(limit, gapOf(question, options), {
      ...waiting,
      service: 'X',
    });
    const answer = await sent(library, question, waiting.signal, options.url);
    if (await session.accept(answer.headers.getSetCookie())) {
      await library.replaceCookies(session.cookies());
    }
    const until = exhaustedUntil(answer, now());
    if (until) await live.rateLimits.hold(limit, until);
    return answer;
  };

  /** Asks once more when X, or another process, has replaced the cookie that was refused. */
  const sendAgain = async (question: Question, before: string, waiting: Waiting) => {
    const { session, library } = await (opened as NonNullable<typeof opened>);
    if (await session.refresh()) await library.replaceCookies(session.cookies());
    return session.cookies().ct0 === before ? undefined : send(question, waiting);
  };

  return {
    async ask(question, waiting) {
      const at = now();
      opened ??= open();
      const before = (await opened).session.cookies().ct0;
      let answer = await send(question, waiting);
      if (isCsrfRefused(answer)) answer = (await sendAgain(question, before, waiting)) ?? answer;
      try {
        return { json: readAnswer(answer, now()), at };
      } catch (error) {
        if (error instanceof RateLimited) {
          await live.rateLimits.hold(limitOf(question), error.retryAt);
        }
        throw error;
      }
    },
  };
}

function gapOf({ operation }: Question, { gapMs = GAP_MS }: RequestsOptions): number {
  return operation === 'SearchTimeline' ? SEARCH_GAPS * gapMs : gapMs;
}

function limitOf({ operation }: Question): string {
  return `x:cookies:${operation}`;
}

async function sent(
  library: Library,
  question: Question,
  signal: AbortSignal,
  url: string,
): Promise<RawAnswer> {
  try {
    return await library.ask(question, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceError) throw error;
    throw new SourceUnavailable(unreachableWords('X', url, error), { cause: error });
  }
}
