import { expect } from 'bun:test';
import type { Job, TrackerOptions } from '../../src/jobs/index.ts';
import { IS_ON_POSTGRES, type JobDatabase, type RunSql } from './job_database.ts';
import { historyAfter, objection, statusesOf } from './job_history.ts';
import { JobWorld, type Member, type Worker } from './job_world.ts';
import { IS_LONG } from './length.ts';
import { Scheduler, seeded } from './scheduler.ts';

/** How many orders of a race are played at least, and at most. On PostgreSQL each takes thirty times as long. */
const MIN_ORDERS = IS_ON_POSTGRES ? 5 : IS_LONG ? 1_000 : 200;
const MAX_ORDERS = IS_ON_POSTGRES ? 5 : 1_000;
/** Short, so that a few steps of the clock are enough to end a job by force. */
const CANCEL_GRACE_MS = 1_500;
/** Enough for two processes that rescue a job from each other repeatedly. */
const MAX_ATTEMPTS = 100;
const FINAL = ['completed', 'failed', 'cancelled', 'gone'];

/** What a handler does, step by step; it stops at the first that throws. */
export type Script = (worker: Worker, race: Race) => (() => void)[];

/**
 * Plays the same race in 200 orders, or 1,000 in the long form. `play` checks the outcome and returns its name;
 * every one of `outcomes` must occur, so that no race is decided before it begins: for a rare one, up to 1,000
 * orders are played; see `expectAll`.
 */
export async function races(
  outcomes: string[],
  play: (race: Race) => Promise<string>,
  options: Pick<TrackerOptions, 'leaseMs' | 'concurrency'> = {},
): Promise<void> {
  const world = new JobWorld(MAX_ATTEMPTS);
  const first = Number(process.env.XGPT_TEST_SEED ?? Date.now() % 2 ** 31);
  const seen = new Set<string>();
  try {
    const track = new Track(world, { leaseMs: 60_000, ...options });
    const isEnough = (played: number) => played >= MIN_ORDERS && seen.size >= outcomes.length;
    for (let played = 0; played < MAX_ORDERS && !isEnough(played); played++)
      seen.add(await playOne(track, first + played, play));
  } finally {
    await world.close();
  }
  expectAll(outcomes, seen);
}

/** Everything has been seen, and nothing else; the few orders on PostgreSQL need not reach all of it. */
export function expectAll(expected: string[], seen: Set<string>): void {
  if (IS_ON_POSTGRES) expect(expected).toEqual(expect.arrayContaining([...seen]));
  else expect([...seen].sort()).toEqual([...expected].sort());
}

async function playOne(track: Track, seed: number, play: (race: Race) => Promise<string>) {
  try {
    return await play(await track.begin(seed));
  } catch (cause) {
    const history = (await historyAfter(track.world.eye, 0)).map((event) => {
      return `${event.id.slice(-4)} ${event.before} → ${event.after}, attempt ${event.attempt_after}`;
    });
    const message = `XGPT_TEST_SEED=${seed} repeats it.\n${history.join('\n')}`;
    throw new Error(`${(cause as Error).message}\n${message}`, { cause });
  }
}

/** Two connections that serve one race after the other. */
class Track {
  #race: Race | undefined;
  readonly #connections: JobDatabase[];

  constructor(
    readonly world: JobWorld,
    private readonly options: TrackerOptions,
  ) {
    this.#connections = [0, 1].map((place) => {
      const database = world.connect();
      database.interleave({
        pause: () => this.#race?.pause(place),
        soon: (run) => (this.#race ? this.#race.soon(place, run) : run()),
        committing: () => this.#race?.committing(place),
      });
      return database;
    });
  }

  async begin(seed: number): Promise<Race> {
    this.#race = undefined;
    await this.world.clear();
    const options = { cancelGraceMs: CANCEL_GRACE_MS, ...this.options };
    const members = this.#connections.map((connection) =>
      this.world.start(options, undefined, connection),
    );
    this.#race = new Race(this.world, seed, await Promise.all(members));
    return this.#race;
  }
}

/** Two processes, `here` and `there`, and the actors in them. */
export class Race {
  readonly here: Member;
  readonly there: Member;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  /** How many of the next commits of a process fail. */
  readonly refusals = new Map<Member, number>();
  readonly #stopped = new Set<Member>();
  /** The statuses of each job that each process has published, in order. */
  readonly #published = new Map<string, string[]>();

  constructor(
    readonly world: JobWorld,
    seed: number,
    readonly members: Member[],
  ) {
    [this.here, this.there] = members as [Member, Member];
    this.random = seeded(seed);
    this.scheduler = new Scheduler(this.random, () => this.#answers());
    for (const [place, member] of members.entries()) this.#listen(place, member);
  }

  pause(place: number): void {
    const member = this.members[place];
    if (member) this.scheduler.preempt(member.process);
  }

  /** Calls `run` when the scheduler comes to it, as long as the race lasts. */
  soon(place: number, run: () => void): void {
    const member = this.members[place];
    if (member && this.world.machine.isStepped) member.process.clock.soon(run);
    else run();
  }

  /** That process is about to commit. @throws as the disk would */
  committing(place: number): void {
    const member = this.members[place];
    const refusals = member && this.refusals.get(member);
    if (!refusals) return;
    this.refusals.set(member, refusals - 1);
    throw Object.assign(new Error('The disk has no room.'), {
      ...(IS_ON_POSTGRES ? { errno: '53100' } : { code: 'SQLITE_FULL' }),
    });
  }

  /** Makes that many commits of the process fail, from a random moment on. */
  refuses(member: Member, count: number): void {
    this.act(member, () => this.refusals.set(member, count));
  }

  /** Sets what handlers do that begin from now on. */
  work(script: Script): void {
    this.world.onWorker = (worker) => {
      const steps = script(worker, this).map((step) => () => attempt(worker, step));
      this.scheduler.actors.push({ process: worker.member.process, steps });
    };
  }

  /** Starts a job in this process. */
  async started(script: Script): Promise<string> {
    this.work(script);
    const { id } = await this.here.tracker.enqueue('errand', {});
    await this.world.machine.advance(0);
    const isHere = this.world.workers.find((worker) => worker.id === id)?.member === this.here;
    expect(isHere).toBe(true);
    return id;
  }

  /** Adds an actor in that process that takes these steps in order. */
  act({ process }: Member, ...steps: (() => void)[]): void {
    this.scheduler.actors.push({ process, steps });
  }

  /** Shuts the process down. */
  stops(member: Member): void {
    this.#stopped.add(member);
    this.act(member, () => void member.tracker.stop(500));
  }

  /** Cancels the job in either process; the answer comes later. */
  cancels(id: string, member = this.scheduler.pick(this.members)): () => boolean | undefined {
    let answer: boolean | undefined;
    const cancel = async () => {
      answer = await member.tracker.cancelJob(id);
    };
    this.act(member, cancel);
    return () => answer;
  }

  /** Runs the race, then lets time pass until every job has ended. */
  async run(): Promise<void> {
    this.world.machine.isStepped = true;
    await this.scheduler.run(this.members.map(({ process }) => process));
    this.world.machine.isStepped = false;
    for (let round = 0; round < 60 && (round === 0 || (await this.#isUnsettled())); round++) {
      await this.world.machine.advance(round < 5 ? 50 : 1_000);
      for (const { steps } of this.scheduler.actors) {
        for (const step of steps.splice(0)) step();
      }
    }
    // There are no commit signals here: each process polls within a second.
    await this.world.machine.advance(1_000);
    await this.#check();
  }

  statuses(id: string): Promise<string[]> {
    return statusesOf(this.world.eye, id);
  }

  /** The rows that handlers committed, in order. */
  written(id: string): Promise<{ attempt: number; note: string }[]> {
    return this.world.eye.all(
      'SELECT attempt, note FROM written WHERE job_id = ? ORDER BY seq',
      id,
    );
  }

  job(id: string): Job | undefined {
    return this.there.tracker.getJob(id);
  }

  async #isUnsettled(): Promise<boolean> {
    const active = "status NOT IN ('completed', 'failed', 'cancelled')";
    const row = await this.world.eye.get(`SELECT 1 FROM jobs WHERE ${active} LIMIT 1`);
    return row !== undefined;
  }

  async #answers(): Promise<void> {
    for (const { database } of this.members) await database.answers();
  }

  #listen(place: number, { tracker }: Member): void {
    tracker.feed.subscribe(() => {
      const changed = tracker.feed.since(tracker.feed.version - 1)?.cards;
      for (const id of changed ?? tracker.getAllJobs().map((job) => job.id)) {
        const key = `${place} ${id}`;
        const published = this.#published.get(key) ?? [];
        const status = tracker.getJob(id)?.status ?? 'gone';
        if (published.at(-1) !== status) published.push(status);
        this.#published.set(key, published);
      }
    });
  }

  /** The invariants of every race. */
  async #check(): Promise<void> {
    const events = await historyAfter(this.world.eye, 0);
    for (const event of events) expect(objection(event)).toBeUndefined();
    expect(await this.#isUnsettled()).toBe(false);
    for (const member of this.members) {
      if (!this.#stopped.has(member))
        expect(await member.tracker.reader.countActive()).toEqual({ running: 0, waiting: 0 });
    }
    for (const { over, context } of this.world.workers)
      expect(over || context.signal.aborted).toBe(true);
    for (const id of new Set(events.map((event) => event.id))) await this.#checkJob(id);
  }

  async #checkJob(id: string): Promise<void> {
    const statuses = await this.statuses(id);
    const ends = statuses.filter((status) => FINAL.includes(status));
    for (const [place, member] of this.members.entries()) {
      const published = this.#published.get(`${place} ${id}`) ?? [];
      const publishedEnds = published.filter((status) => FINAL.includes(status));
      expect(publishedEnds.length).toBeLessThanOrEqual(ends.length);
      if (!this.#stopped.has(member)) expect(published.at(-1)).toBe(statuses.at(-1));
    }
    // An older attempt writes nothing after a newer one.
    const attempts = (await this.written(id)).map((one) => one.attempt);
    expect(attempts).toEqual([...attempts].sort((a, b) => a - b));
  }
}

async function attempt(worker: Worker, step: () => unknown): Promise<void> {
  if (worker.over) return;
  try {
    await step();
  } catch (error) {
    worker.fail(error);
  }
}

/** Commits a row and a checkpoint of that name. */
export function commits(worker: Worker, note: string): () => Promise<unknown> | undefined {
  const { context, id, attempt: number } = worker;
  return () => {
    if (!('commit' in context)) return;
    const store = (run: RunSql) =>
      run('INSERT INTO written (job_id, attempt, note) VALUES (?, ?, ?)', id, number, note);
    const progress = { current: 1, total: 2, message: note };
    return context.commit({ store }, { checkpoint: note, progress });
  };
}
