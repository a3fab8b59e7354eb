import { RateLimited, SourceUnavailable, Unauthorised } from '../source.ts';

const WAIT_MS = 5_000;
const BREAKS_AT_PAGE = 3;

/** Failures on purpose, of the users whose names announce them. */
export interface Faults {
  /** Before a listing of that user begins. */
  onListing(username: string): void;
  /** Before a page of it is served. `fresh`: the listing began without a cursor. */
  onPage(username: string, page: number, fresh: boolean): void;
}

/** @param now tells when a caller who is sent away may come back. */
export function createFaults(now: () => Date): Faults {
  let asked = false;
  return {
    onListing(username) {
      if (username === 'locked_diary') throw locked();
      if (username !== 'busy_signal' || asked) return;
      asked = true;
      throw busy(new Date(now().getTime() + WAIT_MS));
    },
    onPage(username, page, fresh) {
      if (username === 'flaky_feed' && fresh && page === BREAKS_AT_PAGE) throw broken();
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
    'busy_signal asks to wait five seconds. The job goes on by itself after that.',
    retryAt,
  );
}

function broken(): SourceUnavailable {
  return new SourceUnavailable(
    'The connection to flaky_feed broke after two pages. Try again: it goes on from there.',
  );
}
