import type { Database } from 'bun:sqlite';
import type { SimulatedProcess } from './machine.ts';

/** How often a process is preempted between two statements. */
const PREEMPTIONS = 0.2;

/** Timers further away than this do not fire during a race, in ms. */
const NEAR_MS = 10_000;

/** After a step, promises run for up to this many rounds, or as often to their end. */
const MAX_ROUNDS = 6;

/** Numbers from 0 to 1 that the seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Takes steps in a process, one after the other. */
export interface Actor {
  process: SimulatedProcess;
  steps: (() => void)[];
}

/**
 * Chooses by its seed which step comes next: an actor's, a process's turn of the event loop, or any
 * timer of a process, however late. In between, promises run for a random number of rounds, and a
 * process may be preempted between any two of its statements.
 */
export class Scheduler {
  readonly actors: Actor[] = [];
  /** Called after every step. */
  onStep: () => unknown = () => {};
  #isOn = false;
  #processes: SimulatedProcess[] = [];
  /** Processes in the middle of a step. */
  #busy = new Set<SimulatedProcess>();

  /** @param answers waits for what the database has been asked. */
  constructor(
    private readonly random: () => number,
    private readonly answers: () => Promise<void>,
  ) {}

  pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.random() * values.length)] as Value;
  }

  /** Until no actor has a step left. */
  async run(processes: SimulatedProcess[]): Promise<void> {
    this.#processes = processes;
    this.#isOn = true;
    while (this.actors.some(({ steps }) => steps.length > 0)) {
      this.#step(this.pick(this.#ready()));
      await this.#goOn();
    }
    this.#isOn = false;
  }

  /** `process` is about to read or write. */
  preempt(process: SimulatedProcess): void {
    if (!this.#isOn || this.random() > PREEMPTIONS) return;
    const wasBusy = this.#busy.has(process);
    this.#busy.add(process);
    const ready = this.#ready();
    if (ready.length > 0) this.#step(this.pick(ready));
    if (!wasBusy) this.#busy.delete(process);
  }

  #ready(): Actor[] {
    const free = this.#processes.filter((one) => !this.#busy.has(one));
    const timers = free.flatMap((process) =>
      process.timers
        .filter((timer) => timer.at - process.elapsed < NEAR_MS)
        .map((timer) => ({ process, steps: [() => process.fire(timer)] })),
    );
    const actors = this.actors.filter(({ process, steps }) => {
      return steps.length > 0 && !this.#busy.has(process);
    });
    const turns = free.flatMap((process) =>
      process.turns.map((turn) => ({ process, steps: [() => process.take(turn)] })),
    );
    return [...actors, ...timers, ...turns];
  }

  #step({ process, steps }: Actor): void {
    this.#busy.add(process);
    try {
      steps.shift()?.();
    } finally {
      this.#busy.delete(process);
    }
    this.onStep();
  }

  async #goOn(): Promise<void> {
    const rounds = Math.floor(this.random() * MAX_ROUNDS * 2);
    if (rounds >= MAX_ROUNDS) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.answers();
    } else for (let round = 0; round < rounds; round++) await Promise.resolve();
  }
}

/**
 * Makes a connection call `pause` before every statement and transaction, and `committing` before
 * every COMMIT, which fails with what that throws.
 */
export function pausing(
  database: Database,
  pause: () => void,
  committing: () => void = () => {},
): Database {
  const prepare = database.prepare.bind(database);
  const transaction = database.transaction.bind(database);
  const paused = <Rest extends unknown[], Value>(run: (...rest: Rest) => Value) => {
    return (...rest: Rest) => {
      // Inside a transaction the others could only wait, and would block this thread.
      if (!database.inTransaction) pause();
      return run(...rest);
    };
  };
  const pausingStatement = (sql: string) => {
    const statement = prepare(sql);
    if (sql === 'COMMIT') {
      const run = () => {
        committing();
        return statement.run();
      };
      return { get: run, all: run, run, iterate: run };
    }
    return {
      get: paused(statement.get.bind(statement)),
      all: paused(statement.all.bind(statement)),
      run: paused(statement.run.bind(statement)),
      iterate: paused(statement.iterate.bind(statement)),
    };
  };
  // Bun caches 20 statements; to prepare those of a tracker takes longer than a race.
  const prepared = new Map<string, ReturnType<typeof pausingStatement>>();
  const overrides = {
    query(sql: string) {
      const known = prepared.get(sql) ?? pausingStatement(sql);
      prepared.set(sql, known);
      return known;
    },
    transaction(work: (...rest: unknown[]) => unknown) {
      const whole = transaction(work);
      return Object.assign(paused(whole), { immediate: paused(whole.immediate.bind(whole)) });
    },
  };
  return Object.assign(database, overrides);
}
