import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Feed } from '../feed.ts';
import type { HeldLease, JobStore, RunReader } from '../store/store.ts';
import type { Cancellation } from './cancellation.ts';
import type { Heartbeat } from './heartbeat.ts';
import { LeaseWatch } from './lease_watch.ts';
import { processIsGone, processLives } from './owner.ts';

interface RescuerDeps {
  store: JobStore;
  runs: RunReader;
  heartbeat: Heartbeat;
  cancellation: Cancellation;
  feed: Feed;
  clock: Clock;
  logger: Logger;
  owner: string;
  leaseMs: number;
}

/** Takes jobs back from processes that have ended: queued again, or failed when they are tracked. */
export class Rescuer {
  readonly #leaseWatch: LeaseWatch;

  constructor(private readonly deps: RescuerDeps) {
    this.#leaseWatch = new LeaseWatch(deps.leaseMs);
  }

  async rescue(): Promise<void> {
    const { heartbeat, store, feed, clock, logger, cancellation } = this.deps;
    // Our own leases first: after a laptop has slept they have all run out.
    await heartbeat.renewLeases();
    for (const held of await this.#abandoned()) {
      const job = await store.rescue(held, clock.now());
      if (!job) continue;
      logger.warn(`The process that ran ${job.id} has ended; the job is ${job.status}.`);
      feed.changed(job.id);
      cancellation.follow(job.children);
    }
  }

  async #abandoned(): Promise<HeldLease[]> {
    const { runs, owner, clock } = this.deps;
    const isGone = processIsGone(owner);
    const lives = processLives(owner);
    const leases = (await runs.leases()).filter((held) => held.owner !== owner);
    const runOut = new Set(this.#leaseWatch.runOut(leases, clock.elapsed()));
    return leases.filter((held) => {
      if (!isGone(held.owner) && !runOut.has(held)) return false;
      // The caller of a tracked job works on it as long as its process lives, however busy that is.
      return !(held.tracked && lives(held.owner));
    });
  }
}
