import type { Clock } from '../../platform/clock.ts';
import type { Actor, Deed } from '../audit.ts';
import type { Feed } from '../feed.ts';
import type { LaneCancel } from '../lanes.ts';
import type { JobStore } from '../store/store.ts';
import type { Act, BulkAction } from './bulk.ts';
import type { Cancellation } from './cancellation.ts';
import type { Deeds } from './deeds.ts';
import type { Definitions } from './definitions.ts';
import type { Executions } from './executions.ts';
import type { ClaimSignal } from './signal.ts';

interface CommandDeps {
  store: JobStore;
  executions: Executions;
  cancellation: Cancellation;
  definitions: Definitions;
  feed: Feed;
  clock: Clock;
  claimable: ClaimSignal;
  deeds: Deeds;
}

/** What a person does to jobs. Each method gives how many of the jobs it changed. */
export class Commands {
  constructor(private readonly deps: CommandDeps) {}

  /** The command of a bulk action, whose steps are one deed. */
  of(action: BulkAction, by: Actor | undefined, query?: string): Act {
    const deed = this.deps.deeds.of(by, query === undefined ? {} : { query });
    switch (action) {
      case 'cancel':
        return (ids) => this.cancel(ids, deed);
      case 'retry':
        return (ids) => this.retry(ids, deed);
      case 'remove':
        return (ids) => this.remove(ids, false, deed);
    }
  }

  /** What one actor does to one job. */
  deedOf(by: Actor | undefined): Deed | undefined {
    return this.deps.deeds.of(by);
  }

  async cancel(ids: string[], deed?: Deed): Promise<number> {
    const { store, cancellation, clock } = this.deps;
    const cancelled = await store.cancel(ids, clock.now(), deed);
    for (const family of cancelled) cancellation.follow(family);
    return cancelled.filter((family) => family.length > 0).length;
  }

  /** Cancels the jobs of a lane, but `except`. @returns how many */
  async cancelLane(type: string, lane: string, how: LaneCancel): Promise<number> {
    const { store, cancellation, clock } = this.deps;
    const cancelled = await store.cancelLane(type, lane, clock.now(), how);
    for (const family of cancelled) cancellation.follow(family);
    return cancelled.length;
  }

  /** More may start of a type: a lane is not blocked any more. */
  wake(type: string): void {
    this.deps.feed.invalidate();
    this.deps.claimable.emit(type);
  }

  async retry(ids: string[], deed?: Deed): Promise<number> {
    const { store, definitions, feed, clock, claimable } = this.deps;
    claimable.emit(undefined);
    const maxAttempts = (type: string) => definitions.maxAttempts(type);
    const requeued = await store.requeue(ids, maxAttempts, clock.now(), deed);
    for (const job of requeued.flat()) feed.changed(job.id);
    return requeued.filter((family) => family.length > 0).length;
  }

  async remove(ids: string[], force: boolean, deed?: Deed): Promise<number> {
    const { store, executions, cancellation, feed, clock, claimable } = this.deps;
    claimable.emit(undefined);
    const outcome = await store.remove(ids, force, clock.now(), deed);
    const removed = outcome.filter(({ isGone }) => isGone);
    for (const { id, children } of removed) {
      const execution = executions.get(id);
      if (execution) executions.fence(execution);
      feed.changed(id);
      cancellation.follow(children);
    }
    return removed.length;
  }

  /** Lets a waiting job start next of its type. */
  async moveToFront(id: string, deed?: Deed): Promise<boolean> {
    const { store, feed, clock, claimable } = this.deps;
    claimable.emit(undefined);
    const isMoved = await store.moveToFront(id, clock.now(), deed);
    if (isMoved) feed.changed(id);
    return isMoved;
  }

  /**
   * Changes what is set for a type or a source in all processes: none of its jobs starts, or they start
   * again, or more or fewer at once.
   * @param change returns whether it changed anything.
   */
  async changeQueue(
    by: Actor | undefined,
    change: (store: JobStore, now: number, deed?: Deed) => Promise<boolean>,
  ): Promise<boolean> {
    const { store, feed, clock, claimable } = this.deps;
    const isChanged = await change(store, clock.now(), this.deedOf(by));
    if (isChanged) feed.invalidate();
    claimable.emit(undefined);
    return isChanged;
  }

  async pin(id: string, isPinned: boolean, deed?: Deed): Promise<boolean> {
    const { store, feed, clock } = this.deps;
    const isChanged = await store.pin(id, isPinned, clock.now(), deed);
    if (isChanged) feed.changed(id);
    return isChanged;
  }

  async dismiss(id: string): Promise<boolean> {
    const { store, feed, clock } = this.deps;
    const isDismissed = await store.dismiss(id, clock.now());
    if (isDismissed) feed.changed(id);
    return isDismissed;
  }
}
