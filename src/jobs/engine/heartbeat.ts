import type { Clock } from '../../platform/clock.ts';
import type { Held, JobStore, Lease, RunReader } from '../store/store.ts';
import type { ErrorReporter } from './error_reporter.ts';
import type { Execution, Executions } from './executions.ts';
import { repeat } from './repeat.ts';

/** How often a process checks its runs, in ms. */
const HEARTBEAT_MS = 1_000;

/** A lease is renewed this many times before it would run out. */
const RENEWALS = 6;

interface HeartbeatDeps {
  store: JobStore;
  runs: RunReader;
  executions: Executions;
  clock: Clock;
  errors: ErrorReporter;
  owner: string;
  leaseMs: number;
}

/** Keeps this process's leases, and stops executions that no longer hold their job. */
export class Heartbeat {
  /** By `Clock.elapsed`. */
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: HeartbeatDeps) {}

  /** Beats until the returned function is called. */
  start(): () => void {
    const { clock, errors } = this.deps;
    const failure = 'The leases could not be renewed';
    return repeat(clock, errors, { everyMs: HEARTBEAT_MS, failure, run: () => this.#beat() });
  }

  /** A lease for a job that begins now. */
  newLease(): Lease {
    const { owner, leaseMs, clock } = this.deps;
    return { owner, until: clock.now() + leaseMs };
  }

  async renewLeases(): Promise<void> {
    const executions = this.deps.executions.all();
    if (executions.length === 0) return;
    const askedAt = this.deps.clock.elapsed();
    const held = await this.deps.store.renewLeases(this.newLease());
    this.#renewedAt = askedAt;
    this.#check(executions, held);
  }

  async #beat(): Promise<void> {
    const { executions, runs, clock, owner, leaseMs } = this.deps;
    const running = executions.all();
    if (running.length === 0) return;
    const isDue = clock.elapsed() - this.#renewedAt >= leaseMs / RENEWALS;
    if (isDue) await this.renewLeases();
    else this.#check(running, await runs.runsOf(owner));
  }

  /** @param executions those that ran when the database was asked. */
  #check(executions: Execution[], runs: Held[]): void {
    const held = new Map(runs.map((run) => [run.id, run]));
    for (const execution of executions) {
      const run = held.get(execution.id);
      const hold = run?.attempt === execution.attempt ? run.status : 'gone';
      this.deps.executions.observe(execution, hold);
    }
  }
}
