import type { Clock } from '../../platform/clock.ts';
import { type Actor, type Deed, newDeed } from '../audit.ts';

/** Names the actor of what is changed through this process, for the audit trail. */
export class Deeds {
  /** @param actor whoever acts when a call does not name an actor; undefined: that is not recorded. */
  constructor(
    private readonly clock: Clock,
    public actor: Actor | undefined,
  ) {}

  of(by: Actor | undefined, bulk?: { query?: string }): Deed | undefined {
    const actor = by ?? this.actor;
    return actor && newDeed(actor, this.clock.now(), bulk);
  }
}
