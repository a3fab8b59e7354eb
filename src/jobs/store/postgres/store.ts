import type { Postgres } from '../../../platform/postgres/client.ts';
import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { PostgresWriter } from '../../../platform/postgres/writer.ts';
import type { AuditAction, Deed } from '../../audit.ts';
import type { FollowUps } from '../../follow_up.ts';
import type { SaveInTransaction } from '../backend.ts';
import type { Changed, JobQueue, JobStore } from '../store.ts';
import { pruneAudit, recordJobs } from './audit_log.ts';
import { Cancelling } from './cancelling.ts';
import type { ChangeLog } from './change_log.ts';
import { Claiming, claimLockOf } from './claiming.ts';
import { Ending } from './ending.ts';
import { FollowUpQueue } from './follow_ups.ts';
import { pruneHistory } from './history_pruning.ts';
import { Insertion, locksOf } from './insertion.ts';
import { LaneQueue } from './lane_queue.ts';
import { Leases } from './leases.ts';
import { Pruning } from './pruning.ts';
import { QueueFront } from './queue_front.ts';
import { QueueSettings } from './queue_settings.ts';
import { rebase } from './rebasing.ts';
import { Removal } from './removal.ts';
import { Reporting } from './reporting.ts';
import { Requeueing } from './requeueing.ts';

type Parts = ReturnType<typeof createParts>;

/** The methods of a port as functions that run within a transaction. */
type Within<Port> = {
  [Name in keyof Port]: Port[Name] extends (...values: infer Values) => Promise<infer Answer>
    ? (tx: Transaction, ...values: Values) => Promise<Answer>
    : never;
};

/** Names that a write has locked for all processes. */
type Locks<Port> = {
  [Name in keyof Port]?: Port[Name] extends (...values: infer Values) => unknown
    ? (...values: Values) => string[]
    : never;
};

/** These are not one write, or not always. */
type Others = 'rebaseWaits' | 'prune' | 'giveBackSpace';

type Writes = Omit<JobStore, Others> & Pick<JobQueue, 'claim'>;

export interface StoreDeps {
  log: ChangeLog;
  runs: { readonly isRebaseNeeded: boolean };
  /** Stores what handlers commit. */
  save: SaveInTransaction;
  /** Gives the jobs that an end of a job leads to. */
  followUps: FollowUps;
  /** Whether jobs of that type are queued by the program for itself: retries are not recorded. */
  isInternal(type: string): boolean;
}

/** All that changes jobs in PostgreSQL. Every write passes the writer. */
export function createPostgresJobStore(
  postgres: Postgres,
  writer: PostgresWriter,
  deps: StoreDeps,
): JobStore & JobQueue {
  const parts = createParts(postgres, deps);
  const { claiming, pruning } = parts;
  return {
    ...throughWriter(writer, writesOf(parts), LOCKS),
    nextStart: (...which) => claiming.nextStart(...which),
    afterWrites: (run) => writer.atEndOfTurn(run),
    // Those who call it read the leases first.
    rebaseWaits: async (now) =>
      deps.runs.isRebaseNeeded ? writer.write((tx) => rebase(tx, now)) : 0,
    async prune(time) {
      const { next, isMore } = await writer.write((tx) => pruning.prune(tx, time));
      pruning.position = next;
      return isMore;
    },
    // The server reuses the space of deleted rows by itself.
    giveBackSpace: async () => false,
  };
}

function createParts(postgres: Postgres, { log, save, followUps, isInternal }: StoreDeps) {
  const reporting = new Reporting(log, save);
  const insertion = new Insertion(log);
  const after = new FollowUpQueue(insertion, followUps);
  const cancelling = new Cancelling(log, after);
  const ending = new Ending({ log, reporting, cancelling, after, isInternal });
  return {
    insertion,
    claiming: new Claiming(postgres, log),
    settings: new QueueSettings(log),
    lanes: new LaneQueue(),
    reporting,
    ending,
    cancelling,
    requeueing: new Requeueing(log),
    removal: new Removal(log, cancelling),
    queueFront: new QueueFront(log),
    leases: new Leases(ending),
    pruning: new Pruning(log),
  };
}

const LOCKS: Locks<Writes> = {
  insertQueued: (job, limits) => locksOf([job], limits),
  insertAllQueued: locksOf,
  insertClaimed: (_, job, limits) => locksOf([job], limits),
  claim: ({ type }) => [claimLockOf(type)],
};

/** What each write does inside its transaction, which may be rolled back and run again. */
function writesOf(parts: Parts): Within<Writes> {
  const { insertion, claiming, reporting, ending, leases, removal, settings } = parts;
  return {
    insertQueued: (tx, job, limits, now) => insertion.insertQueued(tx, job, limits, now),
    insertAllQueued: (tx, jobs, limits, now) => insertion.insertAllQueued(tx, jobs, limits, now),
    insertClaimed: (tx, claim, job, limits, now) =>
      insertion.insertClaimed(tx, claim, job, limits, now),
    insertTracked: (tx, job, lease, now) => insertion.insertTracked(tx, job, lease, now),
    insertChildren: (tx, parent, jobs, now) => insertion.insertChildren(tx, parent, jobs, now),
    claim: (tx, request, lease, now) => claiming.claim(tx, request, lease, now),
    report: (tx, run, report, now) => reporting.report(tx, run, report, now),
    commit: (tx, run, data, then, now) => reporting.commit(tx, run, data, then, now),
    end: (tx, run, how, last, now) => ending.end(tx, run, how, last, now),
    planSteps: (tx, run, names) => reporting.planSteps(tx, run, names),
    changeStep: (tx, run, name, change, now) => reporting.changeStep(tx, run, name, change, now),
    beginUndoing: (tx, run, reason) => reporting.beginUndoing(tx, run, reason),
    ...changesOf(parts),
    dismiss: (tx, id, now) => removal.dismiss(tx, id, now),
    pauseType: (tx, type, now, deed) => settings.pauseType(tx, type, now, deed),
    resumeType: (tx, type, now, deed) => settings.resumeType(tx, type, now, deed),
    setConcurrency: (tx, type, limit, now, deed) =>
      settings.setConcurrency(tx, type, limit, now, deed),
    pauseSource: (tx, source, now, deed) => settings.pauseSource(tx, source, now, deed),
    resumeSource: (tx, source, now, deed) => settings.resumeSource(tx, source, now, deed),
    renewLeases: (tx, lease) => leases.renew(tx, lease),
    pruneHistory,
    pruneAudit,
    rescue: (tx, held, now) => leases.rescue(tx, held, now),
  };
}

/** What people do to jobs, which is recorded. */
function changesOf({ cancelling, lanes, requeueing, removal, queueFront }: Parts) {
  return {
    async cancel(tx: Transaction, ids: string[], now: number, deed?: Deed) {
      const families = await cancelling.cancel(tx, ids, now);
      await recordJobs(tx, deed, 'cancel', firstOf(families), now);
      return families;
    },
    async cancelLane(tx, type, lane, now, { why, except }) {
      const ids = await lanes.live(tx, type, lane);
      return cancelling.cancel(
        tx,
        ids.filter((id) => id !== except),
        now,
        why,
      );
    },
    async requeue(tx, ids, attempts, now, deed) {
      const families = await requeueing.requeue(tx, ids, attempts, now);
      await recordJobs(tx, deed, 'retry', firstOf(families), now);
      return families;
    },
    async remove(tx, ids, force, now, deed) {
      const removed = await removal.remove(tx, ids, force, now);
      const gone = removed.filter(({ isGone }) => isGone).map(({ id }) => id);
      await recordJobs(tx, deed, 'remove', gone, now);
      return removed;
    },
    async moveToFront(tx, id, now, deed) {
      const isMoved = await queueFront.moveToFront(tx, id, now);
      return recordIf(isMoved, tx, [deed, 'first', id], now);
    },
    async pin(tx, id, isPinned, now, deed) {
      const isMade = await removal.pin(tx, id, isPinned);
      return recordIf(isMade, tx, [deed, isPinned ? 'pin' : 'unpin', id], now);
    },
  } satisfies Partial<Within<Writes>>;
}

/** Records a change of one job, if it was made. @returns whether it was. */
async function recordIf(
  isMade: boolean,
  tx: Transaction,
  [deed, action, id]: [Deed | undefined, AuditAction, string],
  now: number,
): Promise<boolean> {
  if (isMade) await recordJobs(tx, deed, action, [id], now);
  return isMade;
}

/** The jobs that were changed themselves, not as children of others. */
function firstOf(families: Changed[][]): string[] {
  return families.flatMap(([job]) => (job ? [job.id] : []));
}

/** The port of these functions: each runs in a transaction of the writer. */
function throughWriter<Port>(
  writer: PostgresWriter,
  writes: Within<Port>,
  locks: Locks<Port>,
): Port {
  const port: Partial<Record<keyof Port, unknown>> = {};
  for (const name of Object.keys(writes) as (keyof Port)[]) {
    const write = writes[name] as (tx: Transaction, ...values: unknown[]) => Promise<unknown>;
    const lock = locks[name] as ((...values: unknown[]) => string[]) | undefined;
    port[name] = (...values: unknown[]) =>
      writer.write((tx) => write(tx, ...values), lock?.(...values));
  }
  return port as Port;
}
