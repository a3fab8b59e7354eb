import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { JobCancelled } from '../errors.ts';
import type { Feed } from '../feed.ts';
import type { JobHistory } from '../history.ts';
import type { JobType } from '../job.ts';
import type { JobListing } from '../listing.ts';
import type {
  Changed,
  End,
  Ended,
  Held,
  JobNews,
  JobQueue,
  JobReader,
  JobStore,
  Lease,
} from '../store/store.ts';
import type { Complaints } from './error_reporter.ts';
import type { Execution, Executions } from './executions.ts';
import type { LeaseWatch } from './lease_watch.ts';
import { processIsGone, processLives } from './owner.ts';

/** How often this process looks after its runs, in ms. */
const BEAT_MS = 1_000;

/** A lease is renewed so many times before it would run out. */
const RENEWALS = 6;

/** How often it is looked at whether other processes have written, should nobody have rung, in ms. */
const LOOK_MS = 500;

/** However often somebody rings, it is looked at most so often, in ms. */
const MIN_LOOK_MS = 2;

/** What tracker and runner of one process share. */
export interface Desk {
  store: JobStore;
  queue: JobQueue;
  reader: JobReader;
  news: JobNews;
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
  /** When this process's leases were last renewed, by `Clock.elapsed`. */
  renewedAt: number;
  leaseWatch: LeaseWatch;
  cancelGraceMs: number;
  /** Somebody may claim now: a job came into the line, or a place became free; of one type or any. */
  wake(type?: string): void;
  /** Checks the input of each and enqueues them as children of `parent`, unless it has some. */
  startChildren(parent: Execution, type: JobType, inputs: unknown[]): Promise<void>;
}

export function newLease(desk: Desk): Lease {
  return { owner: desk.owner, until: desk.clock.now() + desk.leaseMs };
}

/**
 * Brings an execution's end to disk, with what it last reported: as `how` says if that still holds,
 * else as cancelled if a cancel came first, else not at all because another attempt has the job.
 * @throws what the database threw; the execution goes on to be this process's then.
 */
export async function settle(
  desk: Desk,
  execution: Execution,
  how: End,
): Promise<Ended | undefined> {
  const { store, executions, feed, clock } = desk;
  const last = executions.take(execution);
  const ending = store.end(execution, how, last, clock.now());
  execution.ending = ending;
  // Its place is free for the next job, which is claimed in the same transaction.
  desk.wake(execution.type);
  let ended: Ended | undefined;
  try {
    ended = await ending;
  } catch (error) {
    execution.ending = undefined;
    executions.putBack(execution, last);
    throw error;
  }
  if (ended) {
    executions.end(execution);
    feed.changed(execution.id);
    followCancels(desk, ended.children);
    if (last.lines) feed.logged();
  } else {
    // Whoever still works on it, or looks at its signal, learns that it is gone.
    executions.fence(execution);
  }
  return ended;
}

/** Asks the handler to stop, and gives up on it when it has not stopped within the grace. */
export function abortCancelled(desk: Desk, execution: Execution): void {
  if (execution.controller.signal.reason instanceof JobCancelled) return;
  execution.controller.abort(new JobCancelled());
  desk.clock.after(desk.cancelGraceMs, () => void giveUp(desk, execution));
}

async function giveUp(desk: Desk, execution: Execution): Promise<void> {
  if (!desk.executions.has(execution)) return;
  // Its own end may fail to be written, and then nobody else would try.
  if (execution.ending) {
    desk.clock.after(BEAT_MS, () => void giveUp(desk, execution));
    return;
  }
  const seconds = Math.round(desk.cancelGraceMs / 1000);
  const note = `Stopped by force: the work had not ended ${seconds} s after the cancel.`;
  const isWritten = await desk.complaints.guard('A cancel could not be written', async () => {
    const ended = await settle(desk, execution, { as: 'cancelled', note });
    if (ended) desk.logger.warn(note, { job: execution.id });
  });
  if (!isWritten) desk.clock.after(BEAT_MS, () => void giveUp(desk, execution));
}

/** A write of an execution changed nothing: it is being cancelled, or somebody else has the job. */
export function lost(desk: Desk, execution: Execution, as: 'cancelling' | 'gone'): void {
  if (execution.controller.signal.aborted) return;
  if (as === 'cancelling') abortCancelled(desk, execution);
  else desk.executions.fence(execution);
}

/** The same when only a look at the job tells which of the two it is. */
export function lostSomehow(desk: Desk, execution: Execution): void {
  const job = desk.reader.brief(execution.id);
  const isCancelling = job?.status === 'cancelling' && job.attempt === execution.attempt;
  lost(desk, execution, isCancelling ? 'cancelling' : 'gone');
}

/** Tells of what was cancelled here or elsewhere, and stops what runs in this process. */
export function followCancels(desk: Desk, cancelled: readonly Changed[]): void {
  for (const { id } of cancelled) {
    desk.feed.changed(id);
    const execution = desk.executions.get(id);
    if (execution) abortCancelled(desk, execution);
  }
}

/** Settles what processes that ended have left running. */
export async function takeOver(desk: Desk): Promise<void> {
  // Our own leases first: after a laptop's sleep they have all run out, and nobody wanted them.
  await renewLeases(desk);
  const isGone = processIsGone(desk.owner);
  const lives = processLives(desk.owner);
  const leases = await desk.store.leases();
  const others = leases.filter(({ owner }) => owner !== desk.owner);
  const runOut = new Set(desk.leaseWatch.runOut(others, desk.clock.elapsed()));
  for (const held of others) {
    if (!isGone(held.owner) && !runOut.has(held)) continue;
    // Its caller does the work and lives, however long it has been busy with something else.
    if (held.tracked && lives(held.owner)) continue;
    const job = await desk.store.abandon(held, desk.clock.now());
    if (!job) continue;
    desk.logger.warn(`${job.id} was left behind by a process that ended; it is ${job.status}.`);
    desk.feed.changed(job.id);
    followCancels(desk, job.children);
  }
}

/** Renews leases and looks at what other processes do, until the returned function is called. */
export function startHeart(desk: Desk): () => void {
  const stops = [
    repeat(desk, BEAT_MS, beat, 'The leases could not be renewed'),
    repeat(desk, LOOK_MS, lookAtNews, 'What other processes did could not be read'),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** To be called whenever somebody rings. */
export function createHearing(desk: Desk): () => void {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isPending = false;
  const look = () => {
    isPending = false;
    lookedAt = desk.clock.elapsed();
    void desk.complaints.guard('What other processes did could not be read', () =>
      lookAtNews(desk),
    );
  };
  return () => {
    if (isPending) return;
    const wait = lookedAt + MIN_LOOK_MS - desk.clock.elapsed();
    if (wait <= 0) return look();
    isPending = true;
    desk.clock.after(wait, look);
  };
}

/** Again and again, one after the other, with a pause of `ms` in between. */
function repeat(
  desk: Desk,
  ms: number,
  run: (desk: Desk) => Promise<void> | void,
  complaint: string,
): () => void {
  let cancel = () => {};
  let isOver = false;
  const turn = async () => {
    await desk.complaints.guard(complaint, () => run(desk));
    if (!isOver) cancel = desk.clock.after(ms, turn);
  };
  cancel = desk.clock.after(ms, turn);
  return () => {
    isOver = true;
    cancel();
  };
}

/** Another process wrote: our jobs may be cancelled, and what we show may be old. */
function lookAtNews(desk: Desk): void {
  const news = desk.news.take(desk.owner);
  if (!news) return;
  const { changed, progressed } = news;
  if (progressed.length > 0) desk.feed.progressed(progressed);
  desk.feed.logged();
  if (changed !== 'too many' && changed.size === 0) return;
  for (const execution of desk.executions.all()) {
    if (execution.ending || (changed !== 'too many' && !changed.has(execution.id))) continue;
    const job = desk.reader.brief(execution.id);
    if (job?.status !== 'running' || job.attempt !== execution.attempt)
      lostSomehow(desk, execution);
  }
  if (changed === 'too many') desk.feed.invalidate();
  else for (const id of changed) desk.feed.changed(id);
  desk.wake();
}

async function beat(desk: Desk): Promise<void> {
  const executions = desk.executions.all();
  if (executions.length === 0) return;
  if (desk.clock.elapsed() - desk.renewedAt >= desk.leaseMs / RENEWALS) await renewLeases(desk);
  else checkRuns(desk, executions, await desk.store.runsOf(desk.owner));
}

/** Renews the leases of everything that runs here, and stops what is no longer ours. */
async function renewLeases(desk: Desk): Promise<void> {
  const executions = desk.executions.all();
  if (executions.length === 0) return;
  const asked = desk.clock.elapsed();
  const held = await desk.store.renewLeases(newLease(desk));
  desk.renewedAt = asked;
  checkRuns(desk, executions, held);
}

/** @param executions those that there were when it was asked what this process runs. */
function checkRuns(desk: Desk, executions: Execution[], runs: Held[]): void {
  const held = new Map(runs.map((run) => [run.id, run]));
  for (const execution of executions) {
    if (!desk.executions.has(execution) || execution.ending) continue;
    const run = held.get(execution.id);
    if (run?.attempt !== execution.attempt) desk.executions.fence(execution);
    else if (run.status === 'cancelling') abortCancelled(desk, execution);
  }
}
