import { RateLimited, SourceUnavailable, Unauthorised } from '../source.ts';

const WAIT_MS = 5_000;
const BREAKS_AT_PAGE = 3;

/** Simulated failures, for users whose names say so. */
interface Faults {
  /** Called before a listing of that user. */
  onListing(username: string): void;
  /** Called before each page of it. `fromStart`: the listing started without a cursor. */
  onPage(username: string, page: number, fromStart: boolean): void;
}

/** @param now for the time at which a refused caller may try again. */
export function createFaults(now: () => Date): Faults {
  let hasRefused = false;
  return {
    onListing(username) {
      if (username === 'locked_diary') throw locked();
      if (username !== 'busy_signal' || hasRefused) return;
      hasRefused = true;
      throw busy(new Date(now().getTime() + WAIT_MS));
    },
    onPage(username, page, fromStart) {
      if (username === 'flaky_feed' && fromStart && page === BREAKS_AT_PAGE) throw broken();
    },
  };
}

function locked(): Unauthorised {
  return new Unauthorised(
    'The posts of locked_diary are for approved followers only. Choose another user.',
  );
}

function busy(retryAt: Date): RateLimited {
  return new RateLimited(
    'busy_signal asks to wait five seconds. The job then continues automatically.',
    retryAt,
  );
}

function broken(): SourceUnavailable {
  return new SourceUnavailable(
    'The connection to flaky_feed broke after two pages. Try again to resume there.',
  );
}
