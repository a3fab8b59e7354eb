import type { HeldLease } from '../store/store.ts';

/**
 * Tells which leases have run out. A lease counts as dead when nobody has renewed it for its whole
 * length while this process looked on: two machines' clocks need not agree, and one that is set
 * forward by an hour ends nobody's lease.
 */
export class LeaseWatch {
  #seen = new Map<string, { until: number; at: number }>();

  constructor(private readonly leaseMs: number) {}

  /** Those of `held` that have run out. `now` is of `Clock.elapsed`. Call it again and again. */
  runOut(held: HeldLease[], now: number): HeldLease[] {
    const before = this.#seen;
    this.#seen = new Map(
      held.map(({ id, until }) => {
        const known = before.get(id);
        return [id, known?.until === until ? known : { until, at: now }];
      }),
    );
    return held.filter(({ id }) => now - (this.#seen.get(id)?.at ?? now) > this.leaseMs);
  }
}
