import { type Clock, systemClock } from '../../platform/clock.ts';
import { type Logger, silentLogger } from '../../platform/logger.ts';
import type { RegisteredProcess } from '../../platform/process_registry.ts';
import type { Actor, AuditTrail } from '../audit.ts';
import { Feed } from '../feed.ts';
import type { AfterEnd, FollowUps } from '../follow_up.ts';
import { createDispatcher } from '../queue/create_dispatcher.ts';
import type { JobDispatcher } from '../queue/dispatcher.ts';
import type { AuditStore, BackendDeps, OpenBackend } from '../store/backend.ts';
import type { WaitingLimits } from '../store/store.ts';
import { Cancellation } from './cancellation.ts';
import { Commands } from './commands.ts';
import { Completion } from './completion.ts';
import { Deeds } from './deeds.ts';
import type { Definitions } from './definitions.ts';
import { Enqueuer } from './enqueuer.ts';
import { ErrorReporter } from './error_reporter.ts';
import { Executions } from './executions.ts';
import { Executor } from './executor.ts';
import { GracePeriod } from './grace_period.ts';
import { Heartbeat } from './heartbeat.ts';
import { LaneControl } from './lanes.ts';
import { Notifier } from './notifier.ts';
import { newOwner } from './owner.ts';
import { Pruner } from './pruner.ts';
import { Queues } from './queues.ts';
import { Reports } from './reports.ts';
import { Rescuer } from './rescuer.ts';
import { Runner } from './runner.ts';
import { Serving } from './serving.ts';
import { type ClaimSignal, Signal } from './signal.ts';
import { DEFAULT_MAX_RESULT_BYTES } from './storable.ts';

export interface EngineOptions {
  /** Who acts in calls that name no actor. By default these are not recorded. */
  actor?: Actor;
  clock?: Clock;
  logger?: Logger;
  /** How long a cancelled job may take to stop before it is fenced off, in ms. Default 10,000. */
  cancelGraceMs?: number;
  /** How long ended jobs are kept, in ms. Default 24 hours. */
  keepFinishedMs?: number;
  /** How long entries of the audit trail are kept, in ms. Default 90 days. */
  keepAuditMs?: number;
  /** How long a job may go without a heartbeat before others rescue it, in ms. Default 30,000. */
  leaseMs?: number;
  /** Who this process is in a lease, as `host:pid:boot`. By default what the system says. */
  owner?: string;
  /** How many jobs of a type run at once, where it differs from the definition's own limit. */
  concurrency?: Record<string, number>;
  /** Maximum size of what a job or a step returns, as JSON. Default 1 MB. */
  maxResultBytes?: number;
  /** The processes on the database. Default: none are known. */
  processes?: () => RegisteredProcess[];
  /**
   * The address of a server that hands out the jobs of a PostgreSQL database: `redis://`, `rediss://` or
   * `postgres://`. By default all processes learn of each new job.
   */
  queue?: string | undefined;
  /** How many jobs may wait; more are refused. By default there is no limit. */
  maxWaiting?: WaitingLimits;
}

const DAY_MS = 86_400_000;

const NO_LIMITS = { perType: Number.POSITIVE_INFINITY, perClient: Number.POSITIVE_INFINITY };

export type Engine = ReturnType<typeof createEngine>;

/** Builds the parts of the job system over one backend, each with what it needs and no more. */
export function createEngine(
  openBackend: OpenBackend,
  definitions: Definitions,
  save: BackendDeps['save'],
  options: EngineOptions,
  afterEnd: AfterEnd,
) {
  const foundation = createFoundation(openBackend, definitions, save, options, afterEnd);
  const { executions, clock, logger, errors } = foundation;
  const cancellation = new Cancellation(executions, foundation.feed);
  const reports = new Reports(foundation);
  const completion = new Completion({ ...foundation, reports, cancellation });
  const heartbeat = new Heartbeat(foundation);
  const rescuer = new Rescuer({ ...foundation, heartbeat, cancellation });
  const { maxWaiting = NO_LIMITS, concurrency = {}, processes = () => [] } = options;
  const enqueuer = new Enqueuer({ ...foundation, maxWaiting });
  const { maxResultBytes = DEFAULT_MAX_RESULT_BYTES } = options;
  const executor = new Executor({ ...foundation, reports, enqueuer, maxResultBytes });
  const running = { ...foundation, executor, completion, heartbeat, rescuer, concurrency };
  const runner = new Runner(running);
  const serving = new Serving({ definitions, runner, clock, processes });
  const notifier = new Notifier(foundation);
  const commands = new Commands({ ...foundation, cancellation });
  new GracePeriod({ executions, completion, clock, logger, errors, ...graceOf(options) });
  return {
    ...foundation,
    reports,
    completion,
    heartbeat,
    rescuer,
    enqueuer,
    queues: new Queues({ ...foundation, serving, concurrency }),
    commands,
    lanes: new LaneControl({ ...foundation, commands }),
    runner,
    serving,
    pruner: new Pruner({ ...foundation, ...keptOf(options) }),
    signals: foundation.listen(() => notifier.signalled()),
    stopTimers: startAll(heartbeat, notifier),
  };
}

/** What the parts of an engine share: ports, clock, logger, and the executions of this process. */
function createFoundation(
  openBackend: OpenBackend,
  definitions: Definitions,
  save: BackendDeps['save'],
  {
    clock = systemClock,
    logger = silentLogger,
    leaseMs = 30_000,
    owner = newOwner(),
    actor,
    queue,
  }: EngineOptions,
  afterEnd: AfterEnd,
) {
  const errors = new ErrorReporter(logger);
  const feed = new Feed();
  const claimable: ClaimSignal = new Signal();
  const deeds = new Deeds(clock, actor);
  const dispatcher: JobDispatcher = createDispatcher(queue, {
    group: async () => (await backend.events.start()).feed,
    look: () => claimable.emit(undefined),
    track: (run) => backend.track?.(run) ?? run(),
    errors,
  });
  const backend = openBackend({
    clock,
    owner,
    save,
    followUps: followUpsOf({ afterEnd, definitions, feed, claimable, clock }),
    isInternal: (type) => definitions.get(type)?.internal === true,
    obstacle: () => errors.watch?.obstacle(),
    ...(queue !== undefined && { offer: (tickets) => dispatcher.offer(tickets) }),
  });
  return {
    ...backend,
    deeds,
    audit: auditOf(backend.audit, deeds),
    definitions,
    feed,
    executions: new Executions(clock),
    claimable,
    dispatcher,
    foreignCommits: new Signal<void>(),
    clock,
    logger,
    errors,
    owner,
    leaseMs,
  };
}

function auditOf(store: AuditStore, deeds: Deeds): AuditTrail {
  return { ...store, recorder: (by = deeds.actor) => store.recorder(by) };
}

/** Makes jobs of follow-ups, and signals them once the transaction that queues them is over. */
function followUpsOf(deps: {
  afterEnd: AfterEnd;
  definitions: Definitions;
  feed: Feed;
  claimable: ClaimSignal;
  clock: Clock;
}): FollowUps {
  const { afterEnd, definitions, feed, claimable, clock } = deps;
  return (ended, read) => {
    const jobs = afterEnd(ended, read).map(({ type, input }) =>
      definitions.newInternalJob(type, input),
    );
    for (const { id, type } of jobs) {
      clock.soon(() => {
        feed.changed(id);
        claimable.emit(type);
      });
    }
    return jobs;
  };
}

function keptOf({ keepFinishedMs = DAY_MS, keepAuditMs = 90 * DAY_MS }: EngineOptions) {
  return { keepFinishedMs, keepAuditMs };
}

function graceOf({ cancelGraceMs: graceMs = 10_000 }: EngineOptions) {
  return { graceMs };
}

function startAll(...parts: { start(): () => void }[]): () => void {
  const stops = parts.map((part) => part.start());
  return () => {
    for (const stop of stops) stop();
  };
}
