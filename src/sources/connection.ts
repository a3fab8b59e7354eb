/**
 * What a live source needs besides the network: the user's credentials, one rate limit for all
 * processes, and a budget where requests cost money. `src/connections/` keeps them in the database.
 */

/** How people connect a source, for its form, `xgpt sources` and its test. */
export interface Connection {
  /** The ways to connect; one of them is in use at a time. */
  methods: ConnectionMethod[];
  /** What works without any: "Authors and profiles". Absent when nothing does. */
  without?: string;
  /** What needs credentials. Default: searching posts, and everything when nothing works without. */
  needed?: readonly ('posts' | 'search' | 'discover')[];
  /**
   * Asks the service whether the credentials work; without any, whether what needs none does.
   * @param trial used in place of the stored ones, which stay as they are. Default: the stored ones.
   * @returns who is connected, for people: "Connected as @ada.example".
   * @throws SourceError, Unauthorised when they do not work.
   */
  test(signal: AbortSignal, trial?: Credentials): Promise<string>;
}

export interface ConnectionMethod {
  /** `app_password`, `cookies`, `api`. */
  name: string;
  label: string;
  /** What it is, where to find it, and what it makes possible, in a sentence or two. */
  help: string;
  fields: CredentialField[];
  /** How its listings come, where that differs from the source's. */
  pace?: Partial<Record<'posts' | 'search' | 'discover', ListingPace>>;
  /** Set when its requests cost money: the budget holds for this method. */
  paid?: { costPerPost: number; currency: string };
}

/** What the forms say of a listing before it begins. */
export interface ListingPace {
  /** Items on a page, and how fast pages come. 0 ms: not known. */
  pageSize?: number;
  pageMs?: number;
  /** How far back the service goes. */
  reach?: Reach;
  /** What is charged beside the items, where requests cost money. */
  costs?: Costs;
}

export interface Reach {
  /** The newest posts of an author; fewer, perhaps, where replies are left out. */
  posts?: number;
  withoutReplies?: number;
  /** Of a search. */
  days?: number;
}

/** In posts of the budget. */
export interface Costs {
  /** What comes on top of the items: the look-up of an author. Default: 0. */
  lookup?: number;
  /** The least that must be left of the budget for a listing to begin. Default: 1. */
  least?: number;
}

/** How a source is read as it is connected now: how fast, how far back, and what a post costs. */
export interface SourcePace {
  /** For use in a sentence: "the synthetic sample". */
  label: string;
  /** Milliseconds per page, and items on one. */
  pageMs: number;
  pageSize: number;
  /** How far back it goes, where that is known. */
  reach?: Reach;
  /** Of a post, where the method in use costs money. */
  price?: SourcePrice;
}

export interface SourcePrice {
  costPerPost: number;
  currency: string;
  /** Nothing is read until the user has set one. */
  hasNoBudget?: boolean;
  /** What is left of the one that is set; absent where none is, or where it is not known. */
  budget?: BudgetLeft;
}

export interface BudgetLeft extends Costs {
  /** In posts, 0 or more. */
  left: number;
}

export interface CredentialField {
  name: string;
  label: string;
  help?: string;
  /** Typed into a password field. Values of all fields are sealed, and none is shown again. */
  secret: boolean;
  /** The value when none is given; absent for a required field. */
  default?: string;
  /** What is wrong with a value, for people; undefined when nothing is. */
  problem?(value: string): string | undefined;
}

/** Credentials of the sources, sealed in the database and shared by all processes. */
export interface Credentials {
  /** @throws Unauthorised when they are there and cannot be unsealed with this key. */
  read(source: string): Promise<StoredCredentials | undefined>;
  /** Replaces all that is stored for the source, its session too. */
  replace(source: string, method: string, values: Record<string, string>): Promise<void>;
  remove(source: string): Promise<void>;
  /** What a login has returned, such as tokens; absent before the first one. */
  readSession(source: string): Promise<StoredSession | undefined>;
  /**
   * Stores a session in place of that of `version` (0 for none).
   * @returns false when another process has stored one meanwhile: read again and use that.
   */
  writeSession(source: string, value: unknown, version: number): Promise<boolean>;
  /**
   * Runs `work` while no other process does so for this source, such as a refresh that rotates tokens.
   * A process that died in the middle blocks the others for 30 s at most.
   */
  exclusively<Result>(
    source: string,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result>;
}

export interface StoredCredentials {
  method: string;
  values: Record<string, string>;
  updatedAt: Date;
}

export interface StoredSession {
  value: unknown;
  version: number;
}

/** Rate limits by name, such as `bluesky:public`: shared by all processes, kept across restarts. */
export interface RateLimits {
  /**
   * Waits until the next request under this name is due, and reserves it.
   * @param gapMs least time between two requests.
   * @throws RateLimited when it is due later than a minute from now: the job waits then, not its worker.
   */
  take(name: string, gapMs: number, options: TakeOptions): Promise<void>;
  /** No request under this name before `until`: the service has said so. */
  hold(name: string, until: Date): Promise<void>;
  /** Until when the service has refused requests under this name; undefined when it does not. */
  heldUntil(name: string): Promise<Date | undefined>;
}

export interface TakeOptions {
  signal: AbortSignal;
  /** The service's name for the message: "Bluesky". */
  service: string;
  /** How many requests may follow each other without a gap after a pause. Default: 1. */
  atOnce?: number;
  /** Called when the wait takes longer than two seconds, with a line for people. */
  onWaiting?: (message: string) => void;
}

/** What paid requests may cost: counted in the database, across restarts and processes. */
export interface Budgets {
  /**
   * Reserves posts before a request that returns at most as many. A reservation that is never settled
   * stays spent: the request may have reached the service.
   * @param wanted the largest request that makes sense; the grant may be smaller.
   * @param least the smallest request that the service accepts.
   * @throws BudgetSpent when fewer than `least` are left.
   */
  reserve(source: string, wanted: number, least: number): Promise<Reservation>;
  read(source: string): Promise<BudgetState>;
  /**
   * Whether a request is under way, of any process, that may turn out to cost less than it has reserved.
   * One of a process that died counts for 10 s at most.
   */
  isPending(source: string): Promise<boolean>;
  /** @param cap in posts; undefined for none. */
  setCap(source: string, cap: number | undefined): Promise<void>;
  /** Counts from zero again. */
  reset(source: string): Promise<void>;
}

export interface Reservation {
  /** How many posts the request may return. */
  readonly posts: number;
  /** Counts what the service has returned, instead of what was reserved. */
  settle(posts: number): Promise<void>;
}

export interface BudgetState {
  /** In posts; undefined: no paid request is made until the user has set one. */
  cap?: number;
  /** Posts returned or reserved since `since`. */
  posts: number;
  requests: number;
  since?: Date;
}

/** What live sources are made with. */
export interface LiveDeps {
  credentials: Credentials;
  rateLimits: RateLimits;
  budgets: Budgets;
  /** Default: the global one. Tests refuse every host but loopback. */
  fetch?: typeof fetch;
  now?: () => Date;
}
