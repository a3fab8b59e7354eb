import type { Post, Profile } from './post.ts';

/**
 * The port behind which every origin of posts stands.
 *
 * A listing is an async iterable of pages. Each page carries the cursor that resumes the listing
 * right after it, so that a caller who stores page and cursor together loses and repeats nothing.
 * Every listing takes an `AbortSignal`; once it aborts, the next step rejects with the signal's
 * reason. Failures are the typed errors below, never a short page.
 */
export interface Source {
  readonly name: string;
  /** What a reader sees, in the middle of a sentence: "the synthetic sample", "an X data archive". */
  readonly label: string;
  /** Items on a page, and the usual time from one page to the next in ms: what forms estimate from. */
  readonly pageSize: number;
  readonly pageMs: number;

  /**
   * One author's posts, newest first where the source has an order.
   * @throws NotFound when there is no such author or archive.
   */
  posts(request: PostsRequest): AsyncIterable<Page<Post>>;
  /** Posts that match any of the terms. Absent when the source cannot search. */
  search?(request: SearchRequest): AsyncIterable<Page<Post>>;
  /** Profiles by bio or keywords. Absent when the source cannot look for people. */
  discover?(request: DiscoverRequest): AsyncIterable<Page<Profile>>;
}

export interface Page<Item> {
  items: Item[];
  /** Opaque; resumes the listing after this page. Absent on the last page. */
  cursor?: string;
  /** How many items the whole listing has, when the source knows. */
  total?: number;
  /** The author the posts belong to, once known: `archive` learns it from the archive. */
  profile?: Profile;
}

interface Listing {
  /** From an earlier page of the same listing; absent starts at the beginning. */
  cursor?: string;
  signal: AbortSignal;
}

export interface PostsRequest extends Listing {
  /** Without `@`. `archive` takes it from the archive when it is absent. */
  username?: string;
  includeReplies: boolean;
  includeReposts: boolean;
  /** Which import in the `imports/` folder to read; only `archive` looks at it. */
  archive?: string;
  /** Hears of preparation that takes its time, such as checking an archive, before the first page. */
  onPreparing?: (current: number, total: number, message: string) => void;
}

export interface SearchRequest extends Listing {
  /** Words or phrases; a post matches when it contains one of them. At least one. */
  terms: string[];
  mode: 'latest' | 'top';
  /** Nothing older than this. */
  since?: Date;
}

export interface DiscoverRequest extends Listing {
  query: string;
}

/**
 * The base of what a source throws. `permanent` and `retryAt` are what the job system looks at:
 * a permanent failure is not tried again, one with `retryAt` not before that time.
 */
export abstract class SourceError extends Error {
  readonly permanent: boolean = false;
}

/** No such user, post or archive. */
export class NotFound extends SourceError {
  override readonly name = 'NotFound';
  override readonly permanent = true;
}

/** The credentials are missing, wrong or not enough for this. */
export class Unauthorised extends SourceError {
  override readonly name = 'Unauthorised';
  override readonly permanent = true;
}

/** What was given cannot be read: a damaged archive, a file of another kind. */
export class Unreadable extends SourceError {
  override readonly name = 'Unreadable';
  override readonly permanent = true;
}

/** The source asks to wait. */
export class RateLimited extends SourceError {
  override readonly name = 'RateLimited';
  constructor(
    message: string,
    /** When the source said it would answer again. */
    readonly retryAt: Date,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The source does not answer, or answers nonsense. Worth another attempt. */
export class SourceUnavailable extends SourceError {
  override readonly name = 'SourceUnavailable';
}
