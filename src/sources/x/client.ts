import type { ConnectionMethod, LiveDeps, StoredCredentials } from '../connection.ts';
import type { Post, Profile } from '../post.ts';
import type { DiscoverRequest, Page, PostsRequest, SearchRequest } from '../source.ts';

/**
 * One way to read X: with a browser's cookies, or by the official API. A client belongs to one listing,
 * and throws the errors of the source port.
 */
export interface XClient {
  posts(request: PostsRequest): AsyncIterable<Page<Post>>;
  search(request: SearchRequest): AsyncIterable<Page<Post>>;
  discover(request: DiscoverRequest): AsyncIterable<Page<Profile>>;
  /** @returns who is connected, for people: "Connected as @ada_example". */
  test(signal: AbortSignal): Promise<string>;
}

/** A way to connect, and the client for credentials that were stored by it. */
export interface XAccess {
  method: ConnectionMethod;
  /** Loads what the client is made of, and makes no request: that is for the first page. */
  connect(credentials: StoredCredentials, live: LiveDeps): Promise<XClient>;
}
