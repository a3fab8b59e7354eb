import type { Database } from 'bun:sqlite';
import type { Writer } from '../../../platform/writer.ts';
import type { AuditAction, AuditChange, Deed } from '../../audit.ts';
import type { FollowUps } from '../../follow_up.ts';
import type { SaveData } from '../../job.ts';
import type { LaneCancel } from '../../lanes.ts';
import { QUEUE_CHANGES } from '../audit_entries.ts';
import type { Changed, JobQueue, JobStore } from '../store.ts';
import { AttemptHistory, Ownership } from './attempts.ts';
import { AuditLog } from './audit.ts';
import { Cancelling } from './cancelling.ts';
import type { ChangeLog } from './changes.ts';
import { Claiming } from './claiming.ts';
import { Ending } from './ending.ts';
import { FollowUpQueue } from './follow_ups.ts';
import { HistoryPruning } from './history.ts';
import { Insertion } from './insertion.ts';
import { LaneQueue } from './lanes.ts';
import { Leases } from './leases.ts';
import { Pruning } from './pruning.ts';
import { QueueFront } from './queue_front.ts';
import { QueueSettings } from './queue_settings.ts';
import { Rebasing } from './rebasing.ts';
import { Removal } from './removal.ts';
import { Reporting } from './reporting.ts';
import { Requeueing } from './requeueing.ts';
import { createStepWriter } from './steps.ts';

type Parts = ReturnType<typeof createParts>;

/** The methods of a port as functions that run within a transaction. */
type Synchronous<Port> = {
  [Name in keyof Port]: Port[Name] extends (...values: infer Values) => Promise<infer Answer>
    ? (...values: Values) => Answer
    : never;
};

/** These write only when a read has found something to write. */
type Conditional = 'rebaseWaits' | 'prune' | 'giveBackSpace';

/**
 * All that changes jobs in SQLite. Needs the tables of `migrations/`. Every write passes the writer,
 * which refuses it while the database cannot take it.
 * @param save stores what handlers commit.
 * @param followUps gives the jobs that an end of a job leads to.
 * @param isInternal whether jobs of that type are queued by the program for itself: retries are not recorded.
 */
export function createSqliteJobStore(
  db: Database,
  writer: Writer,
  log: ChangeLog,
  save: SaveData,
  followUps: FollowUps = () => [],
  isInternal: (type: string) => boolean = () => false,
): JobStore & JobQueue {
  const parts = createParts(db, log, save, followUps, isInternal);
  const { rebasing, pruning, claiming } = parts;
  return {
    ...throughWriter(writer, writesOf(parts)),
    nextStart: async (...scope) => claiming.nextStart(...scope),
    afterWrites: (run) => writer.atEndOfTurn(run),
    rebaseWaits: async (now) =>
      rebasing.isNeeded(now) ? writer.write(() => rebasing.rebase(now)) : 0,
    async prune(time) {
      const { next, isMore } = await writer.write(() => pruning.prune(time));
      pruning.position = next;
      return isMore;
    },
    giveBackSpace: async () =>
      pruning.hasSpareSpace() && writer.write(() => pruning.giveBackSpace()),
  };
}

function createParts(
  db: Database,
  log: ChangeLog,
  save: SaveData,
  followUps: FollowUps,
  isInternal: (type: string) => boolean,
) {
  const audit = new AuditLog(db);
  const ownership = new Ownership(db);
  const attempts = new AttemptHistory(db);
  const steps = createStepWriter(db);
  const reporting = new Reporting(db, log, ownership, steps, save);
  const settings = new QueueSettings(db, log);
  const insertion = new Insertion(db, log, ownership, audit);
  const after = new FollowUpQueue(db, insertion, followUps);
  const cancelling = new Cancelling(db, log, after);
  const ending = new Ending(db, { log, reporting, attempts, cancelling, audit, after, isInternal });
  return {
    audit,
    insertion,
    claiming: new Claiming(db, log, settings),
    settings,
    lanes: new LaneQueue(db),
    reporting,
    ending,
    cancelling,
    requeueing: new Requeueing(db, log, attempts, steps),
    removal: new Removal(db, log, cancelling),
    queueFront: new QueueFront(db, log),
    leases: new Leases(db, ending, audit),
    rebasing: new Rebasing(db, log),
    pruning: new Pruning(db, log),
    history: new HistoryPruning(db),
  };
}

/** What each write does inside its transaction, which may be rolled back and run again. */
function writesOf(
  parts: Parts,
): Synchronous<Omit<JobStore, Conditional> & Pick<JobQueue, 'claim'>> {
  const {
    audit,
    insertion,
    claiming,
    reporting,
    ending,
    cancelling,
    requeueing,
    queueFront,
    removal,
    leases,
    history,
  } = parts;
  return {
    insertQueued: (job, limits, now) => insertion.insertQueued(job, limits, now),
    insertAllQueued: (jobs, limits, now) => insertion.insertAllQueued(jobs, limits, now),
    insertClaimed: (claim, job, limits, now) => insertion.insertClaimed(claim, job, limits, now),
    insertTracked: (job, lease, now) => insertion.insertTracked(job, lease, now),
    insertChildren: (parent, jobs, now) => insertion.insertChildren(parent, jobs, now),
    claim: (request, lease, now) => claiming.claim(request, lease, now),
    report: (run, report, now) => reporting.report(run, report, now),
    commit: (run, data, then, now) => reporting.commit(run, data, then, now),
    end: (run, how, last, now) => ending.end(run, how, last, now),
    planSteps: (run, names) => reporting.planSteps(run, names),
    changeStep: (run, name, change, now) => reporting.changeStep(run, name, change, now),
    beginUndoing: (run, reason) => reporting.beginUndoing(run, reason),
    cancel(ids, now, deed) {
      const families = ids.map((id) => cancelling.cancel(id, now));
      audit.changed(deed, 'cancel', firstOf(families), now);
      return families;
    },
    cancelLane: (type, lane, now, how) => cancelLane(parts, type, lane, now, how),
    requeue(ids, attempts, now, deed) {
      const families = ids.map((id) => requeueing.requeue(id, attempts, now));
      audit.changed(deed, 'retry', firstOf(families), now);
      return families;
    },
    remove(ids, force, now, deed) {
      const removed = ids.map((id) => removal.remove(id, force, now));
      const gone = removed.filter(({ isGone }) => isGone).map(({ id }) => id);
      audit.changed(deed, 'remove', gone, now);
      return removed;
    },
    moveToFront: (id, now, deed) =>
      audit.job(queueFront.moveToFront(id, now), deed, 'first', id, now),
    dismiss: (id, now) => removal.dismiss(id, now),
    pin: (id, isPinned, now, deed) =>
      audit.job(removal.pin(id, isPinned), deed, isPinned ? 'pin' : 'unpin', id, now),
    ...queueSettingsOf(parts),
    renewLeases: (lease) => leases.renew(lease),
    pruneHistory: (time, limit) => history.prune(time, limit),
    pruneAudit: (time, limit) => audit.prune(time, limit),
    rescue: (held, now) => leases.rescue(held, now),
  };
}

function cancelLane(
  { lanes, cancelling }: Parts,
  type: string,
  lane: string,
  now: number,
  { why, except }: LaneCancel,
): Changed[][] {
  const ids = lanes.live(type, lane).filter((id) => id !== except);
  return ids.map((id) => cancelling.cancel(id, now, why));
}

function queueSettingsOf({ audit, settings }: Parts) {
  const made = (
    isMade: boolean,
    [deed, action, now]: [Deed | undefined, AuditAction, number],
    change: AuditChange,
  ) => {
    if (isMade) audit.other(deed, action, change, now);
    return isMade;
  };
  const { type, source, limit: changeOfLimit } = QUEUE_CHANGES;
  return {
    pauseType: (name: string, now: number, deed?: Deed) =>
      made(settings.pauseType(name, now), [deed, 'pause', now], type(name)),
    resumeType: (name: string, now: number, deed?: Deed) =>
      made(settings.resumeType(name), [deed, 'resume', now], type(name)),
    setConcurrency(name: string, limit: number | undefined, now: number, deed?: Deed) {
      const { concurrency } = settings.of(name);
      const change = changeOfLimit(name, concurrency, limit);
      return made(settings.setConcurrency(name, limit), [deed, 'limit', now], change);
    },
    pauseSource: (name: string, now: number, deed?: Deed) =>
      made(settings.pauseSource(name, now), [deed, 'pause', now], source(name)),
    resumeSource: (name: string, now: number, deed?: Deed) =>
      made(settings.resumeSource(name), [deed, 'resume', now], source(name)),
  };
}

/** The jobs that were changed themselves, not as children of others. */
function firstOf(families: Changed[][]): string[] {
  return families.flatMap(([job]) => (job ? [job.id] : []));
}

/** The port of these functions: each runs in a transaction of the writer. */
function throughWriter<Port>(writer: Writer, writes: Synchronous<Port>): Port {
  const port: Partial<Record<keyof Port, unknown>> = {};
  for (const name of Object.keys(writes) as (keyof Port)[]) {
    const write = writes[name] as (...values: unknown[]) => unknown;
    port[name] = (...values: unknown[]) => writer.write(() => write(...values));
  }
  return port as Port;
}
