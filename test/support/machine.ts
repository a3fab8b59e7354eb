import { spyOn } from 'bun:test';
import type { Clock } from '../../src/jobs/index.ts';
import { consequences } from './clock.ts';

/** Larger than any real process id, so that the machine under the test can never have it. */
const FIRST_PID = 5_000_000;

interface Timer {
  at: number;
  run: () => void;
}

/**
 * A machine with processes that the test starts, puts to sleep and kills. They share its clock; each
 * has its own timers and process id, and can check which of the others are alive.
 */
export class Machine {
  /** Sets the machine's clock: no time passes. */
  offset = Date.UTC(2026, 0, 1);
  /** Ids in use, by one of these processes or an unrelated new one. */
  readonly alive = new Set<number>();
  readonly processes: SimulatedProcess[] = [];
  /** Turns of the event loop are taken only by the scheduler. */
  isStepped = false;
  #pid = FIRST_PID;
  readonly #realPid = process.pid;
  readonly #kill = spyOn(process, 'kill').mockImplementation((pid) => {
    if (this.alive.has(pid)) return true;
    throw Object.assign(new Error('ESRCH'), { code: 'ESRCH' });
  });

  /** @param pid of a process that has ended, as it happens with containers; by default a new one. */
  start(pid = this.#pid++): SimulatedProcess {
    const started = new SimulatedProcess(this, pid, this.processes[0]?.elapsed ?? 0);
    this.alive.add(pid);
    this.processes.push(started);
    return started;
  }

  /** Lets time pass in all processes; timers fire in order, each with its consequences. */
  async advance(ms: number): Promise<void> {
    const ends = new Map(this.processes.map((one) => [one, one.elapsed + ms]));
    // Of processes that were asleep, or in stepped mode.
    for (const one of this.processes) for (const turn of [...one.turns]) one.take(turn);
    await consequences();
    for (let next = this.#nextDue(ends); next; next = this.#nextDue(ends)) {
      for (const [one, end] of ends) one.elapsed = Math.max(one.elapsed, end + next.wait);
      next.owner.fire(next.timer);
      await consequences(4);
    }
    for (const [one, end] of ends) one.elapsed = Math.max(one.elapsed, end);
    await consequences();
  }

  /** The whole machine was asleep. */
  skip(ms: number): void {
    for (const one of this.processes) one.elapsed += ms;
  }

  /** Gives the test's own process its id and its signals back. */
  close(): void {
    this.#kill.mockRestore();
    pretendToBe(this.#realPid);
  }

  #nextDue(ends: Map<SimulatedProcess, number>) {
    let next: { owner: SimulatedProcess; timer: Timer; wait: number } | undefined;
    for (const [owner, end] of ends) {
      const timer = owner.state === 'awake' ? owner.timers[0] : undefined;
      if (!timer || timer.at > end) continue;
      const wait = timer.at - end;
      if (!next || wait < next.wait) next = { owner, timer, wait };
    }
    return next;
  }
}

export class SimulatedProcess {
  state: 'awake' | 'asleep' | 'dead' = 'awake';
  /** Soonest first. */
  readonly timers: Timer[] = [];
  /** What is to happen in its next turn of the event loop. */
  readonly turns: (() => void)[] = [];
  readonly clock: Clock;

  constructor(
    private readonly machine: Machine,
    readonly pid: number,
    /** Milliseconds on this process's monotonic clock. */
    public elapsed: number,
  ) {
    this.clock = {
      now: () => Math.floor(machine.offset + this.elapsed),
      elapsed: () => this.elapsed,
      after: (ms, run) => this.#after(ms, run),
      soon: (run) => this.#soon(run),
    };
  }

  /** Runs code that reads its process id. */
  be<Value>(run: () => Value): Value {
    const real = process.pid;
    pretendToBe(this.pid);
    try {
      return run();
    } finally {
      pretendToBe(real);
    }
  }

  /** Moves its time to when that timer is due, if that is later, and fires it. */
  fire(timer: Timer): void {
    this.timers.splice(this.timers.indexOf(timer), 1);
    this.elapsed = Math.max(this.elapsed, timer.at);
    timer.run();
  }

  /** @param pidReused an unrelated process has its id now, so that only its lease shows that it ended. */
  die(pidReused = false): void {
    this.state = 'dead';
    this.timers.length = 0;
    this.turns.length = 0;
    if (!pidReused) this.machine.alive.delete(this.pid);
  }

  /** Takes its turn, unless it is dead or asleep. */
  take(turn: () => void): void {
    const at = this.turns.indexOf(turn);
    if (at < 0 || this.state !== 'awake') return;
    this.turns.splice(at, 1);
    turn();
  }

  #soon(run: () => void): void {
    // A separate object, so that the same function can be waiting twice.
    const turn = () => run();
    this.turns.push(turn);
    if (!this.machine.isStepped) setImmediate(() => this.take(turn));
  }

  #after(ms: number, run: () => void): () => void {
    const timer = { at: this.elapsed + Math.max(0, ms), run };
    const later = this.timers.findIndex(({ at }) => at > timer.at);
    this.timers.splice(later < 0 ? this.timers.length : later, 0, timer);
    return () => {
      const at = this.timers.indexOf(timer);
      if (at >= 0) this.timers.splice(at, 1);
    };
  }
}

function pretendToBe(pid: number): void {
  Object.defineProperty(process, 'pid', { value: pid, configurable: true });
}
