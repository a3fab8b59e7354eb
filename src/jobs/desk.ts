import type { Logger } from '../logger.ts';
import type { Clock } from './clock.ts';
import type { Complaints } from './complaints.ts';
import type { JobDetailsStore } from './details.ts';
import { JobCancelled } from './errors.ts';
import type { Execution, Executions } from './executions.ts';
import type { Feed } from './feed.ts';
import type { JobHistory } from './history.ts';
import type { Job, JobType } from './job.ts';
import type { LeaseWatch } from './lease_watch.ts';
import type { JobListing } from './listing.ts';
import { processIsGone } from './owner.ts';
import type { JobStore, Lease } from './store.ts';

/** How often leases are renewed, in ms. */
const BEAT_MS = 1_000;

/** How often a look is taken at whether other processes have written, in ms. */
const GLANCE_MS = 40;

/** What tracker and runner of one process share. */
export interface Desk {
  store: JobStore;
  details: JobDetailsStore;
  history: JobHistory;
  listing: JobListing;
  feed: Feed;
  executions: Executions;
  clock: Clock;
  logger: Logger;
  complaints: Complaints;
  /** Who this process is in a job's lease: `host:pid:boot`. */
  owner: string;
  leaseMs: number;
  leaseWatch: LeaseWatch;
  cancelGraceMs: number;
  /** Somebody may claim now: a job came into the line, or a place became free. */
  wake(): void;
  /** Checks the input of each and enqueues them as children of `parent`, unless it has some. */
  startChildren(parent: Execution, type: JobType, inputs: unknown[]): Promise<void>;
}

export function newLease(desk: Desk): Lease {
  return { owner: desk.owner, until: desk.clock.now() + desk.leaseMs };
}

/**
 * Brings an execution's end to disk: `settle` if that still holds, else as cancelled if a cancel
 * came first, else not at all because another attempt has the job.
 */
export function settle(
  desk: Desk,
  execution: Execution,
  change: () => Job | undefined,
): Job | undefined {
  const { store, executions, feed, clock } = desk;
  executions.flush();
  const job = change() ?? store.finishCancel(execution, undefined, clock.now());
  if (job) {
    executions.end(execution);
    feed.changed(job.id);
  } else {
    // Whoever still works on it, or looks at its signal, learns that it is gone.
    executions.fence(execution);
  }
  desk.wake();
  return job;
}

/** Asks the handler to stop, and gives up on it when it has not stopped within the grace. */
export function abortCancelled(desk: Desk, execution: Execution): void {
  if (execution.controller.signal.reason instanceof JobCancelled) return;
  execution.controller.abort(new JobCancelled());
  desk.clock.after(desk.cancelGraceMs, () => giveUp(desk, execution));
}

function giveUp(desk: Desk, execution: Execution): void {
  if (desk.executions.get(execution.id) !== execution) return;
  const seconds = Math.round(desk.cancelGraceMs / 1000);
  const note = `Stopped by force: the work had not ended ${seconds} s after the cancel.`;
  const isWritten = desk.complaints.guard('A cancel could not be written', () => {
    settle(desk, execution, () => desk.store.finishCancel(execution, note, desk.clock.now()));
    desk.logger.warn(note, { job: execution.id });
  });
  if (!isWritten) desk.clock.after(BEAT_MS, () => giveUp(desk, execution));
}

/** A write of an execution changed nothing: it was cancelled by another process, or taken away. */
export function lost(desk: Desk, execution: Execution): void {
  if (execution.controller.signal.aborted) return;
  const job = desk.store.get(execution.id);
  const cancelled = job?.status === 'cancelling' && job.attempt === execution.attempt;
  if (cancelled) abortCancelled(desk, execution);
  else desk.executions.fence(execution);
}

/** Settles what processes that ended have left at work. */
export function takeOver(desk: Desk): void {
  // Our own leases first: after a laptop's sleep they have all run out, and nobody wanted them.
  heartbeat(desk);
  const isGone = processIsGone(desk.owner);
  const others = desk.store.leases().filter(({ owner }) => owner !== desk.owner);
  const runOut = new Set(desk.leaseWatch.runOut(others, desk.clock.elapsed()));
  for (const held of others) {
    if (!isGone(held.owner) && !runOut.has(held)) continue;
    const job = desk.store.abandon(held, desk.clock.now());
    if (!job) continue;
    desk.logger.warn(`${job.id} was left behind by a process that ended; it is ${job.status}.`);
    desk.feed.changed(job.id);
  }
}

/** Renews leases and looks at what other processes do, until the returned function is called. */
export function startHeart(desk: Desk): () => void {
  const stops = [
    repeat(desk, BEAT_MS, heartbeat, 'The leases could not be renewed'),
    repeat(desk, GLANCE_MS, glance, 'What other processes did could not be read'),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function repeat(desk: Desk, ms: number, run: (desk: Desk) => void, complaint: string): () => void {
  let cancel = () => {};
  const turn = () => {
    desk.complaints.guard(complaint, () => run(desk));
    cancel = desk.clock.after(ms, turn);
  };
  cancel = desk.clock.after(ms, turn);
  return () => cancel();
}

/** Another process wrote: our jobs may be cancelled, and what we show may be old. */
function glance(desk: Desk): void {
  const news = desk.store.changesElsewhere(desk.owner);
  if (!news) return;
  const { changed, progressed } = news;
  if (progressed.length > 0) desk.feed.progressed(progressed);
  desk.feed.logged();
  if (changed.length === 0) return;
  for (const execution of desk.executions.all()) {
    if (changed !== 'too many' && !changed.includes(execution.id)) continue;
    const job = desk.store.get(execution.id);
    if (job?.status !== 'running' || job.attempt !== execution.attempt) lost(desk, execution);
  }
  if (changed === 'too many') desk.feed.changedBeyondTelling();
  else for (const id of changed) desk.feed.changed(id);
  desk.wake();
}

/** Renews the leases of everything at work here, and stops what is no longer ours. */
function heartbeat(desk: Desk): void {
  if (desk.executions.all().length === 0) return;
  const held = new Map(desk.store.renewLeases(newLease(desk)).map((job) => [job.id, job]));
  for (const execution of desk.executions.all()) {
    const job = held.get(execution.id);
    if (job?.attempt !== execution.attempt) desk.executions.fence(execution);
    else if (job.status === 'cancelling') abortCancelled(desk, execution);
  }
}
