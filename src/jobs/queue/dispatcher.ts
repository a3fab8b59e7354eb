import type { ErrorReporter } from '../engine/error_reporter.ts';

/** Says that jobs of a type may be claimed. The database decides whether there are any. */
export interface Ticket {
  type: string;
  /** When they became due, in ms since 1970, if they waited for that. Of equal tickets one is handed out. */
  at?: number;
}

/**
 * What became of a ticket: waiting jobs were claimed, as far as there were any and places for them; they are
 * left to others, because the claim failed, or because this process lacks the source or model that they need;
 * or this process claims nothing any more.
 */
export type Outcome = 'claimed' | 'left' | 'stopped';

/** Claims waiting jobs of a type. */
export type Claim = (type: string) => Promise<Outcome>;

/**
 * Tells the processes on a database when jobs may be claimed. All it says is a hint: what is lost, late or
 * said twice changes nothing but when a job starts, because each process also looks for jobs every few seconds.
 */
export interface JobDispatcher {
  /**
   * Whether this process gets tickets for what others enqueue. If not, whatever others commit has it look for
   * jobs.
   */
  readonly handsOut: boolean;
  /** Lets a process know of waiting jobs. Never waits, and never throws. */
  offer(tickets: readonly Ticket[]): void;
  /** Lets this process get tickets of those types. */
  work(types: readonly string[], claim: Claim): void;
  /** Gets no more tickets. Resolves when those that it has are done or given back, or time is up. */
  rest(): Promise<void>;
  /** Sends what was offered, unless that takes too long, and closes all connections. */
  close(): Promise<void>;
}

/** What a dispatcher with a server of its own needs. */
export interface DispatcherDeps {
  /** The name that all processes on the database have for it. */
  group(): Promise<string>;
  /** Has this process look for waiting jobs of all types. */
  look(): void;
  /** Counts what `run` does as part of what is under way on the database. */
  track(run: () => Promise<void>): Promise<void>;
  errors: ErrorReporter;
}
