/** Queues that are divided into lanes, in two processes that come and go. */
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { IS_ON_POSTGRES } from '../support/job_database.ts';
import { JobWorld, type Member, type Worker } from '../support/job_world.ts';

const RUNS = IS_ON_POSTGRES ? 1 : 6;
const COMMANDS = 30;
const CONCURRENCY = 4;
/** Longer than a look for jobs, and than the longest wait for the next attempt, in ms. */
const SETTLE_MS = 5_000;

const lane = fc.constantFrom('red', 'green', 'blue');
const at = fc.nat(1);
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('enqueue'),
      at,
      lane,
      priority: fc.constantFrom(0, 0, 5),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('finish', 'fail'), worker: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('block', 'open'), at, lane }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('block for'), at, lane }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit'), at, lane, limit: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), at, lane }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart'), at }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle') }) },
);
type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;

interface LaneRow {
  id: string;
  lane: string;
  status: string;
  priority: number;
  due_at: number | null;
  error_message: string | null;
}

class Run {
  readonly #lanes = new Map<string, { limit: number; blockedUntil: number }>();
  readonly #places: (Member | undefined)[] = [undefined, undefined];
  readonly #cancelled = new Set<string>();
  /** Found in handlers, in which an error would only fail their job. */
  readonly #faults: string[] = [];
  readonly world = new JobWorld(5, {
    concurrency: CONCURRENCY,
    lanes: { of: ({ name }) => name, stateOf: (name) => this.#lane(name) },
  });

  constructor() {
    this.world.onWorker = (worker) => this.#checkStart(worker);
  }

  async begin(): Promise<void> {
    for (const place of [0, 1]) await this.#restart(place);
  }

  async take(command: Command): Promise<void> {
    const { machine } = this.world;
    if (command.do === 'settle') {
      await machine.advance(SETTLE_MS);
      await this.#checkNobodyWaitsInVain();
    } else if ('worker' in command) {
      const workers = this.world.workersAwake();
      const worker = workers[command.worker % workers.length];
      if (command.do === 'finish') worker?.finish('done');
      else worker?.fail(new Error('Not now.'));
    } else if (command.do === 'restart') await this.#restart(command.at);
    else await this.#change(this.#places[command.at] as Member, command);
    await machine.advance(0);
    expect(this.#faults).toEqual([]);
  }

  /** Opens everything and lets all jobs end. */
  async end(): Promise<void> {
    for (const state of this.#lanes.values()) Object.assign(state, { limit: 2, blockedUntil: 0 });
    for (let round = 0; (await this.#active()).length > 0; round++) {
      expect(round).toBeLessThan(100);
      await this.world.machine.advance(await this.#untilDue());
      for (const worker of this.world.workersAwake()) worker.finish('done');
    }
    for (const row of await this.#rows()) {
      const why = this.#cancelled.has(row.id) && row.status === 'cancelled';
      if (why) expect(row.error_message).toBe('The lane was closed.');
      else expect(['completed', 'failed']).toContain(row.status);
    }
  }

  /** How long it takes until one more job can start, in ms. */
  async #untilDue(): Promise<number> {
    const due = (await this.#active()).map(({ due_at }) => (due_at ?? 0) - this.#now());
    return Math.max(SETTLE_MS, Math.min(...due));
  }

  async #change({ tracker }: Member, command: Extract<Command, { lane: string }>): Promise<void> {
    const state = this.#lane(command.lane);
    if (command.do === 'enqueue') {
      const { priority } = command as { priority: number };
      await tracker.enqueue('errand', { name: command.lane }, { priority });
    } else if (command.do === 'cancel') {
      for (const { id, lane, status } of await this.#rows())
        if (lane === command.lane && !isFinal(status)) this.#cancelled.add(id);
      await tracker.lanes.cancel('errand', command.lane, { why: 'The lane was closed.' });
    } else {
      if (command.do === 'limit') state.limit = 1 + (command as { limit: number }).limit;
      if (command.do === 'block') state.blockedUntil = Number.POSITIVE_INFINITY;
      if (command.do === 'block for') state.blockedUntil = this.#now() + 2 * SETTLE_MS;
      if (command.do === 'open') state.blockedUntil = 0;
      tracker.lanes.wake('errand');
    }
  }

  #lane(name: string) {
    const state = this.#lanes.get(name) ?? { limit: 2, blockedUntil: 0 };
    this.#lanes.set(name, state);
    return state;
  }

  /** A handler begins: its lane is open, has a place for it, and had no job before it. */
  async #checkStart({ id }: Worker): Promise<void> {
    const rows = await this.#rows();
    const started = rows.find((row) => row.id === id);
    // Its process was killed, or it was cancelled, between the claim and the start.
    if (started?.status !== 'running') return;
    const { limit, blockedUntil } = this.#lane(started.lane);
    const ofLane = rows.filter((row) => row.lane === started.lane);
    const running = ofLane.filter((row) => isRunning(row.status)).length;
    const all = rows.filter(({ status }) => isRunning(status)).length;
    const isOvertaking = ofLane.some(
      ({ status, priority }) => status === 'queued' && priority > started.priority,
    );
    if (blockedUntil > this.#now()) this.#faults.push(`${started.lane} is blocked`);
    if (running > limit) this.#faults.push(`${running} of ${started.lane} run, of ${limit}`);
    if (all > CONCURRENCY) this.#faults.push(`${all} run`);
    if (isOvertaking) this.#faults.push(`${id} has jumped the queue`);
  }

  /** Whatever other lanes wait for. */
  async #checkNobodyWaitsInVain(): Promise<void> {
    const rows = await this.#rows();
    if (rows.filter(({ status }) => isRunning(status)).length >= CONCURRENCY) return;
    for (const { lane, due_at } of rows.filter(({ status }) => isWaiting(status))) {
      const { limit, blockedUntil } = this.#lane(lane);
      if (blockedUntil > this.#now() || (due_at ?? 0) > this.#now()) continue;
      const running = rows.filter((row) => row.lane === lane && isRunning(row.status));
      expect([lane, running.length]).toEqual([lane, Math.max(limit, running.length)]);
    }
  }

  async #restart(place: number): Promise<void> {
    const old = this.#places[place];
    if (old) await this.world.kill(old);
    this.#places[place] = await this.world.start({});
  }

  #rows(): Promise<LaneRow[]> {
    return this.world.eye.all('SELECT * FROM jobs');
  }

  async #active(): Promise<LaneRow[]> {
    return (await this.#rows()).filter(({ status }) => !isFinal(status));
  }

  #now(): number {
    return this.#places[0]?.process.clock.now() ?? 0;
  }
}

const isWaiting = (status: string) => status === 'queued' || status === 'retrying';
const isRunning = (status: string) => status === 'running' || status === 'cancelling';
const isFinal = (status: string) => ['completed', 'failed', 'cancelled'].includes(status);

test('no lane holds up another, exceeds its limit, or starts a job while it is blocked', async () => {
  const sequences = fc.array(command, { minLength: COMMANDS, maxLength: COMMANDS });
  const property = fc.asyncProperty(sequences, async (commands) => {
    const run = new Run();
    try {
      await run.begin();
      for (const one of commands) await run.take(one);
      await run.end();
    } finally {
      await run.world.close();
    }
  });
  await fc.assert(property, { numRuns: RUNS });
}, 300_000);
