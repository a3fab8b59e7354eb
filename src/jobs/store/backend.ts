import type { Clock } from '../../platform/clock.ts';
import type { DatabaseIssue } from '../../platform/database_issue.ts';
import type { Transaction } from '../../platform/postgres/statements.ts';
import type { Actor, AuditTrail, RecordChange } from '../audit.ts';
import type { JobCounters } from '../counters.ts';
import type { FollowUps } from '../follow_up.ts';
import type { JobHistory } from '../history.ts';
import type { JobData, SavedData } from '../job.ts';
import type { JobEventReader } from '../job_events.ts';
import type { JobListing } from '../listing.ts';
import type { Ticket } from '../queue/dispatcher.ts';
import type { JobNews, JobQueue, JobReader, JobStore, RecentJobs, RunReader } from './store.ts';

/** Stores what handlers commit, in the transaction that stores the checkpoint; see `SaveData`. */
export type SaveInTransaction = (data: JobData, tx: Transaction) => SavedData | Promise<SavedData>;

/** All that the engine asks of a database. */
export interface JobBackend {
  store: JobStore;
  queue: JobQueue;
  reader: JobReader;
  recent: RecentJobs;
  runs: RunReader;
  news: JobNews;
  listing: JobListing;
  history: JobHistory;
  events: JobEventReader;
  counters: JobCounters;
  audit: AuditStore;
  /** Runs something that the database counts as under way, if it counts that. */
  track?: Track;
  /** Calls `onSignal` at every commit of another process that is signalled, until it is stopped. */
  listen(onSignal: () => void): CommitSignals;
}

export interface AuditStore extends Omit<AuditTrail, 'recorder'> {
  /** Gives what records changes by that actor; undefined: they are not recorded. */
  recorder(by: Actor | undefined): RecordChange;
}

/** Signals commits between processes. */
export interface CommitSignals {
  /** Resolves once other processes can signal this one, or it is certain that they cannot. */
  ready: Promise<void>;
  /** Ends the signals to this process. */
  stop(): Promise<void>;
}

/** For a database of one process, and for tests that decide themselves when a change is noticed. */
export const NO_SIGNALS: CommitSignals = { ready: Promise.resolve(), stop: async () => {} };

/** What a backend needs of the engine. */
export interface BackendDeps {
  clock: Clock;
  /** Who this process is in a lease. */
  owner: string;
  /** Stores what handlers commit. On SQLite it gets no transaction, and has to be synchronous. */
  save: SaveInTransaction;
  /** Gives the jobs that an end of a job leads to. */
  followUps: FollowUps;
  /** Whether jobs of that type are queued by the program for itself: retries are not recorded. */
  isInternal(type: string): boolean;
  /** Why nothing may be written now, although a write would succeed. Asked before every transaction. */
  obstacle(): DatabaseIssue | undefined;
  /** Is told after each commit of this process of which types jobs may be claimed now. On SQLite it is not. */
  offer?(tickets: Ticket[]): void;
}

/** Lets those who wait until a database is idle wait for what `run` does, too. */
export type Track = (run: () => Promise<void>) => Promise<void>;

/** Builds the backend over a database. */
export type OpenBackend = (deps: BackendDeps) => JobBackend;
