import type { Connection } from './connection.ts';
import type { Post, Profile } from './post.ts';

/**
 * The port for sources of posts.
 *
 * A listing is an async iterable of pages. Each page has the cursor that resumes the listing after it,
 * so a caller that stores page and cursor together loses and repeats nothing. Every listing takes an
 * `AbortSignal`; once it aborts, the next step rejects with the signal's reason. Failures are the typed
 * errors below, never a short page.
 */
export interface Source {
  readonly name: string;
  /** The name for people, for use in a sentence: "the synthetic sample", "an X data archive". */
  readonly label: string;
  /** Items per page, and the usual time per page in ms, for the estimate of the forms. */
  readonly pageSize: number;
  readonly pageMs: number;

  /** What it costs, for people: "$0.005 a post". Absent when it is free. */
  readonly cost?: string;
  /** How people give it their credentials. Absent when it takes none. */
  readonly connection?: Connection;

  /** How a program without posts offers to begin with it. Default: with any user. */
  readonly beginning?: Beginning;

  /**
   * The posts of an author, newest first if the source has an order.
   * @throws NotFound when there is no such author or archive.
   */
  posts(request: PostsRequest): AsyncIterable<Page<Post>>;
  /** Posts that match any of the terms. Absent when the source cannot search. */
  search?(request: SearchRequest): AsyncIterable<Page<Post>>;
  /** Profiles by bio or keywords. Absent when the source cannot find profiles. */
  discover?(request: DiscoverRequest): AsyncIterable<Page<Profile>>;
}

export interface Beginning {
  /** What the source is, in a sentence or two. */
  help: string;
  /** A first job that needs no input: its fields, and the text of its button. */
  ready?: { input: Record<string, string>; action: string };
}

export interface Page<Item> {
  items: Item[];
  /** Opaque; resumes the listing after this page. Absent on the last page. */
  cursor?: string;
  /** The number of items of the whole listing, if known. */
  total?: number;
  /** The author of the posts, once known: `archive` reads it from the archive. */
  profile?: Profile;
  /** What was read for this page and is not among its items: how many, by reason. */
  leftOut?: LeftOut;
  /** What the service charges for this page, in US dollars. Absent when it is free. */
  cost?: number;
  /** On the last page: why the listing ends although there is more, for people. */
  stopped?: string;
  /** Lines for the job's log: "entry 1 of data/tweets.js could not be read: it has no text". */
  notes?: string[];
}

/**
 * Why something that was read is not handed on. Replies and reposts are left out unless asked for;
 * `foreign` are other people's posts, `promoted` are advertisements, `unreadable` could not be read.
 * `missing` are posts that an archive's manifest counts and its files do not have, `emptyFiles` its files
 * without content.
 */
export type LeftOutReason =
  | 'replies'
  | 'reposts'
  | 'foreign'
  | 'promoted'
  | 'unreadable'
  | 'missing'
  | 'emptyFiles';
export type LeftOut = Partial<Record<LeftOutReason, number>>;

interface Listing {
  /** From an earlier page of the same listing; default: the beginning. */
  cursor?: string;
  signal: AbortSignal;
  /**
   * How many items the caller will probably take; it may read on. A source that charges for items reads no
   * larger pages than that. Default: all.
   */
  wanted?: number;
  /**
   * How many more items the caller wants, at least 1: a source that charges for items asks before each
   * page. Default: what is left of `wanted`.
   */
  stillWanted?: () => number;
  /** Called when the listing waits, with a line for people: "rate limited by Bluesky, goes on at 14:05". */
  onWaiting?: (message: string) => void;
}

export interface PostsRequest extends Listing {
  /** Without `@`. Default for `archive`: the archive's account. */
  username?: string;
  includeReplies: boolean;
  includeReposts: boolean;
  /** The import to read; used by `archive` only. */
  archive?: string;
  /** The username under which an account's id is known: an export has the id alone. */
  usernameOf?: (source: string, id: string) => string | undefined;
  /** Called with the progress of lengthy preparation before the first page, such as a check. */
  onPreparing?: (current: number, total: number, message: string) => void;
}

export interface SearchRequest extends Listing {
  /** Words or phrases, at least one; a post matches when it contains any of them. */
  terms: string[];
  mode: 'latest' | 'top';
  /** Nothing older than this. */
  since?: Date;
}

export interface DiscoverRequest extends Listing {
  query: string;
}

/**
 * The base class of errors of a source. The job system reads `permanent` and `retryAt`: a permanent
 * error is not retried; with `retryAt` the job waits until then, which uses up no attempt.
 */
export abstract class SourceError extends Error {
  readonly permanent: boolean = false;
}

/** No such user, post or archive. */
export class NotFound extends SourceError {
  override readonly name = 'NotFound';
  override readonly permanent = true;
}

/** The credentials are missing, wrong or insufficient. */
export class Unauthorised extends SourceError {
  override readonly name = 'Unauthorised';
  override readonly permanent = true;
}

/** The input cannot be read: a damaged archive, or a file of another kind. */
export class Unreadable extends SourceError {
  override readonly name = 'Unreadable';
  override readonly permanent = true;
}

/** The source limits the rate of requests. */
export class RateLimited extends SourceError {
  override readonly name = 'RateLimited';
  constructor(
    message: string,
    /** When the source accepts requests again. */
    readonly retryAt: Date,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The budget that the user has set for a paid source is used up. Raising it and Retry go on. */
export class BudgetSpent extends SourceError {
  override readonly name = 'BudgetSpent';
  override readonly permanent = true;
}

/** The source does not respond, or not properly. A retry may help. */
export class SourceUnavailable extends SourceError {
  override readonly name = 'SourceUnavailable';
}
