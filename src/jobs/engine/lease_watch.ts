import type { HeldLease } from '../store/store.ts';

/**
 * Tells which leases have run out: those that were not renewed for a whole lease time while this
 * process observed them. Clocks are not compared, so two machines need not agree on the time, and a
 * clock that is set forward ends no lease.
 */
export class LeaseWatch {
  #seen = new Map<string, { until: number; at: number }>();

  constructor(private readonly leaseMs: number) {}

  /** Those of `held` that have run out. To be called regularly; `now` is `Clock.elapsed`. */
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
