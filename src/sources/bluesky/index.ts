import type { LiveDeps } from '../connection.ts';
import type { Source } from '../source.ts';
import { connectionOf } from './connection.ts';
import { DEFAULT_TIMING, type Timing } from './timing.ts';

export interface BlueskyOptions {
  live: LiveDeps;
  /** The AppView that answers without an account, such as `https://public.api.bsky.app`. */
  url: string;
  /** Gaps between requests and their timeout. Default: what the service allows. */
  timing?: Partial<Timing>;
}

/** Measured against a service on loopback, plus a usual way to the public AppView. */
const PAGE_MS = 300;

/**
 * Bluesky, live. Authors and profiles need no account; a search needs an app password. A listing of an
 * author is read by DID, so that a handle may change while it runs.
 *
 * What continues the author's own thread is of kind `post`; other answers are replies. Pinned posts
 * appear once, at their own place. Posts that their tool has backdated are deep in the list.
 */
export function createBlueskySource({ live, url, timing }: BlueskyOptions): Source {
  const service = { live, url, timing: { ...DEFAULT_TIMING, ...timing } };
  return {
    name: 'bluesky',
    label: 'Bluesky',
    pageSize: 100,
    pageMs: PAGE_MS,
    connection: connectionOf(service),
    beginning: { help: 'Posts of any public Bluesky account, live. It needs no account.' },

    // The client and what reads its answers are loaded by the first listing.
    async *posts(request) {
      const { readPosts } = await import('./posts.ts');
      yield* readPosts(service, request);
    },

    async *search(request) {
      const { searchPosts } = await import('./search.ts');
      yield* searchPosts(service, request);
    },

    async *discover(request) {
      const { findProfiles } = await import('./profiles.ts');
      yield* findProfiles(service, request);
    },
  };
}
