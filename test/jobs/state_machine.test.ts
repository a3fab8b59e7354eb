import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Job, PermanentError, TooManyWaiting } from '../../src/jobs/index.ts';
import { type Command, command, pauseOrResume, startOf } from '../support/job_commands.ts';
import { IS_ON_POSTGRES, type RunSql } from '../support/job_database.ts';
import { type Event, endOfAttempt, historyAfter, objection } from '../support/job_history.ts';
import { JobWorld, type Member, type Row, type Worker } from '../support/job_world.ts';
import { IS_LONG } from '../support/length.ts';

const RUNS = IS_ON_POSTGRES ? 3 : IS_LONG ? 500 : 150;
const COMMANDS = 40;
/** After this time a process knows what others did to its jobs, in ms. */
const HEARTBEAT_MS = 1_000;
const GRACE_MS = 3_000;
const DAY_MS = 86_400_000;

/** Two processes; only the first limits its queue, so the second may exceed the limit. */
const LIMIT = { perType: 4, perClient: 2 };
const PLACES = [{ maxWaiting: LIMIT, cancelGraceMs: GRACE_MS }, { cancelGraceMs: GRACE_MS }];

const ACTIVE = ['queued', 'running', 'retrying', 'cancelling'];
const isFinal = (row: Row | null) => row !== null && !ACTIVE.includes(row.status);
const isWaiting = (row: Row | null) => row?.status === 'queued' || row?.status === 'retrying';

const isOwnedBy = ({ owner }: Row, { process }: Member) =>
  owner?.includes(`:${process.pid}:`) ?? false;

/** Carries out commands on real trackers, and checks the outcome of each. */
class Run {
  readonly world = new JobWorld(2);
  readonly places: (Member | undefined)[] = [];
  /** Accepted and not removed. */
  readonly kept = new Set<string>();
  readonly ids: string[] = [];
  /** Jobs left running by a process that was stopped properly: must stay empty. */
  readonly #leftByStop: string[] = [];
  #seq = 0;
  /** The latest time that the clock has shown: a job that was due stays due when the clock is set back. */
  #latest = 0;
  #step = 0;
  /** The command of this step, when it came from a person. */
  #asked: { do: string; id: string } | undefined;

  async begin(): Promise<void> {
    for (const place of PLACES.keys()) await this.#restart(place);
  }

  async take(command: Command): Promise<void> {
    this.#step++;
    this.#asked = undefined;
    await this.#carryOut(command);
    // A process that wakes may continue its work before it notices what it missed.
    if (command.do === 'wake') return;
    await this.world.machine.advance(0);
    await this.check();
    if (command.do === 'advance') await this.#checkTimeLimits();
    if (command.do === 'advance' && command.ms >= HEARTBEAT_MS) await this.#checkEverybodyKnows();
    if (command.do === 'advance' && command.ms > GRACE_MS + HEARTBEAT_MS)
      await this.#checkGivenUp();
  }

  async #carryOut(command: Command): Promise<void> {
    const { machine } = this.world;
    switch (command.do) {
      case 'advance':
        return machine.advance(command.ms);
      case 'skip':
        return machine.skip(command.ms);
      case 'set time':
        machine.offset += command.ms;
        return;
      case 'report':
      case 'commit':
      case 'finish':
      case 'fail':
      case 'go deaf': {
        const workers = this.world.workersAwake();
        const worker = workers[command.worker % workers.length];
        return worker && this.#work(worker, command);
      }
      case 'restart':
        return this.#restart(command.at);
    }
    const member = this.places[command.at];
    if (!member || member.process.state === 'dead') return;
    if (command.do === 'wake') member.process.state = 'awake';
    else if (command.do === 'die') await this.#die(command.at, command.pidReused);
    else if (member.process.state !== 'awake') return;
    else if (command.do === 'sleep') member.process.state = 'asleep';
    else if (command.do === 'stop') this.#stop(command.at, command.drainMs);
    else if (command.do === 'enqueue') await this.#enqueue(member, command);
    else if (command.do === 'track') this.#accept((await this.world.track(member)).id);
    else if (command.do === 'pause' || command.do === 'resume')
      await pauseOrResume(member.tracker, command.do, this.world.eye);
    else if (command.do === 'limit')
      await member.tracker.setConcurrency('errand', command.concurrency);
    else if ('job' in command) await this.#manage(member, command);
  }

  async #enqueue(member: Member, command: Command & { do: 'enqueue' }) {
    const { name, merge, client, priority, timeoutMs } = command;
    const limited = member === this.places[0];
    const waiting = (await this.#rows()).filter(
      (row) => isWaiting(row) && row.id.startsWith('errand'),
    );
    const ofClient = waiting.filter((row) => client && row.client === client);
    const isFull =
      limited && (waiting.length >= LIMIT.perType || ofClient.length >= LIMIT.perClient);
    const options = {
      ...(merge && { mergeMs: 2_000 }),
      ...(client && { client }),
      ...startOf(command, member.process.clock.now()),
      priority,
      timeoutMs,
    };
    const answer = await member.tracker
      .enqueue('errand', { name: `errand ${name}` }, options)
      .catch((error) => error as Error);
    if (answer instanceof TooManyWaiting) {
      expect(isFull).toBe(true);
      return;
    }
    const job = answer as Job;
    if (!merge)
      expect({ isFull, isNew: !this.ids.includes(job.id) }).toEqual({ isFull: false, isNew: true });
    if (this.ids.includes(job.id)) expect(ACTIVE).toContain(job.status);
    else this.#accept(job.id);
  }

  #accept(id: string): void {
    this.ids.push(id);
    this.kept.add(id);
  }

  /** Each of these has one right answer, which follows from the row alone. */
  async #manage(member: Member, command: Command & { job: number }): Promise<void> {
    const id = this.ids[command.job % this.ids.length];
    if (!id) return;
    const { tracker } = member;
    const row = await this.world.row(id);
    this.#asked = { do: command.do, id };
    switch (command.do) {
      case 'cancel':
        expect(await tracker.cancelJob(id)).toBe(row !== null && !isFinal(row));
        if (row && isWaiting(row)) expect((await this.world.row(id))?.status).toBe('cancelled');
        return;
      case 'retry':
        expect((await tracker.retryJob(id)) !== undefined).toBe(isFinal(row) && row?.tracked === 0);
        return;
      case 'remove':
        expect(await tracker.removeJob(id)).toBe(isFinal(row));
        break;
      case 'force':
        expect(await tracker.removeJob(id, { force: true })).toBe(row !== null);
        break;
      case 'dismiss':
        expect(await tracker.dismissJob(id)).toBe(isFinal(row) && row?.dismissed_at === null);
        return;
      case 'first':
        expect(await tracker.moveToFront(id)).toBe(isWaiting(row));
        return;
      case 'complete': {
        const here = this.world
          .workersAwake()
          .some((worker) => worker.id === id && worker.member === member);
        const held = here && row?.tracked === 1 && !isFinal(row);
        expect(await tracker.completeJob(id, false)).toBe(held);
        for (const worker of this.world.workers) if (held && worker.id === id) worker.over = true;
        return;
      }
    }
    if (await this.world.row(id)) return;
    this.kept.delete(id);
    const here = this.world.workersAwake().filter((worker) => worker.member === member);
    const active = here.filter((worker) => worker.id === id && !worker.context.signal.aborted);
    if (row) expect(active.map(({ id }) => id)).toEqual([]);
  }

  async #work(worker: Worker, command: Command & { worker: number }): Promise<void> {
    const before = await this.world.row(worker.id);
    const holds = before?.attempt === worker.attempt ? before.status : 'lost';
    switch (command.do) {
      case 'go deaf':
        worker.deaf = true;
        return;
      case 'report':
        return worker.context.updateProgress(command.current, 8, `At ${command.current}`);
      case 'commit':
        return this.#commit(worker, holds, command.moves);
    }
    const reason = worker.context.signal.reason?.name;
    if (command.do === 'finish') worker.finish(command.well ? 'done' : 10n);
    else if (command.do === 'fail') worker.fail(this.#mistake(worker, command.how));
    await this.world.machine.advance(0);
    const after = await this.world.row(worker.id);
    if (holds === 'lost' && before) expect(after?.result ?? null).toBe(before.result);
    if (holds === 'running' && command.do === 'finish') {
      const isInTime = reason !== 'JobTimedOut';
      const isStorable = (isInTime && command.well) || before?.tracked === 1;
      const end = isStorable ? 'completed' : endOfAttempt(before as Row, 'for good', reason);
      expect(after?.status).toBe(end);
    }
    if (holds === 'cancelling') expect(after?.status).toBe('cancelled');
    if (holds === 'running' && command.do === 'fail') {
      expect(after?.status).toBe(endOfAttempt(before as Row, command.how, reason));
    }
  }

  async #commit(worker: Worker, holds: string, moves: boolean): Promise<void> {
    const { context } = worker;
    if (!('commit' in context)) return;
    const note = `step ${this.#step}`;
    const insert = 'INSERT INTO written (job_id, attempt, note) VALUES (?, ?, ?)';
    const store = (run: RunSql) => run(insert, worker.id, worker.attempt, note);
    const commit = context.commit({ store }, { checkpoint: moves ? note : 'the same' });
    const thrown = await commit.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown === undefined).toBe(holds === 'running');
    const found = await this.world.eye.all('SELECT 1 FROM written WHERE note = ?', note);
    expect(found).toHaveLength(holds === 'running' ? 1 : 0);
  }

  #mistake(worker: Worker, how: string): Error {
    if (how === 'for good') return new PermanentError('It can never work.');
    if (how === 'oddly') return Object.assign(new Error('Odd.'), { retryAt: new Date('soon') });
    const retryAt = new Date(worker.member.process.clock.now() + 60_000);
    return Object.assign(new Error('Not now.'), how === 'until later' && { retryAt });
  }

  async #restart(place: number): Promise<void> {
    const old = this.places[place];
    if (old) await this.#die(place, true);
    this.places[place] = await this.world.start(PLACES[place] ?? {}, old?.process.pid);
  }

  async #die(place: number, pidReused: boolean): Promise<void> {
    const member = this.places[place];
    if (member && member.process.state !== 'dead') await this.world.kill(member, pidReused);
  }

  #stop(place: number, drainMs: number): void {
    const member = this.places[place];
    void member?.tracker.stop(drainMs).then(async () => {
      if (member.process.state === 'dead') return;
      const mine = (await this.#rows()).filter((row) => isOwnedBy(row, member));
      this.#leftByStop.push(...mine.map(({ id, status }) => `${id} is ${status}`));
      await this.#die(place, false);
    });
  }

  #rows(): Promise<(Row & { client: string | null })[]> {
    return this.world.eye.all('SELECT * FROM jobs');
  }

  #now(): number {
    return this.world.machine.processes.at(-1)?.clock.now() ?? 0;
  }

  /** The invariants after every step. */
  async check(): Promise<void> {
    this.#latest = Math.max(this.#latest, this.#now());
    for (const event of await historyAfter(this.world.eye, this.#seq)) this.#checkEvent(event);
    const rows = await this.#rows();
    for (const row of rows) this.#checkRow(row);
    expect(this.#leftByStop).toEqual([]);
    expect([...this.kept].filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
    for (const member of this.world.members) {
      if (member.process.state === 'awake') await this.#checkView(member, rows);
    }
    await this.#checkNobodyWorksTwice();
  }

  #checkEvent(event: Event): void {
    this.#seq = event.seq;
    expect(`${objection(event) ?? ''} ${JSON.stringify(event)}`).toStartWith(' ');
    const isFirst = event.attempt_before === 0 && event.attempt_after === 1;
    if (isFirst) expect(this.#latest).toBeGreaterThanOrEqual(event.run_at ?? 0);
    const { do: asked, id } = this.#asked ?? {};
    const isRetry =
      event.what === 'changed' &&
      event.completed_at === null &&
      !ACTIVE.includes(event.before ?? '');
    if (isRetry) expect({ asked, id }).toEqual({ asked: 'retry', id: event.id });
    if (event.what !== 'went') return;
    const isAsked = (asked === 'remove' || asked === 'force') && id === event.id;
    const now = this.#now();
    const isOld = event.completed_at !== null && event.completed_at < now - DAY_MS;
    expect(isAsked || isOld).toBe(true);
    this.kept.delete(event.id);
  }

  #checkRow(row: Row): void {
    expect(isFinal(row)).toBe(row.completed_at !== null);
    expect(row.status === 'running' || row.status === 'cancelling').toBe(row.owner !== null);
    expect(row.attempt - row.uncounted).toBeLessThanOrEqual(row.max_attempts);
    if (row.result !== null) expect(row.status).toBe('completed');
    if (row.due_at !== null) expect([row.run_at, row.retry_at]).toContain(row.due_at);
    if (row.status === 'retrying') expect([null, row.retry_at]).toContain(row.due_at);
  }

  async #checkView(member: Member, rows: Row[]): Promise<void> {
    const { tracker } = member;
    const running = rows.filter((row) => isOwnedBy(row, member));
    for (const row of rows) {
      // What others did is known there after the next look, on SQLite at once.
      const job = IS_ON_POSTGRES ? await tracker.readJob(row.id) : tracker.getJob(row.id);
      const { status, attempt, errors } = job ?? {};
      const expected = { status: row.status, attempt: row.attempt, errors: JSON.parse(row.errors) };
      expect({ status, attempt, errors } as unknown).toEqual(expected);
      expect(job?.completedAt?.getTime() ?? null).toBe(row.completed_at);
      if (!running.includes(row)) expect(job?.progress.current).toBe(row.progress_current);
    }
    expect(running.filter(({ tracked }) => !tracked).length).toBeLessThanOrEqual(2);
    expect(await tracker.reader.countActive()).toEqual({
      running: rows.filter((row) => !isFinal(row) && !isWaiting(row)).length,
      waiting: rows.filter(isWaiting).length,
    });
    const busy = this.world.workersAwake().filter((worker) => worker.member === member);
    const idle = running.filter(({ id, attempt }) => {
      return !busy.some((worker) => worker.id === id && worker.attempt === attempt);
    });
    expect(idle.map(({ id, status }) => `${id} is ${status}, but nobody works on it`)).toEqual([]);
  }

  /** Every process knows every job, and every handler that has lost its job, or is to stop, has been told. */
  async #checkEverybodyKnows(): Promise<void> {
    const awake = this.world.members.filter(({ process }) => process.state === 'awake');
    for (const { id, status, attempt } of await this.#rows())
      for (const { tracker } of awake)
        expect(tracker.getJob(id) as unknown).toMatchObject({ status, attempt });
    for (const { id, attempt, context } of this.world.workersAwake()) {
      if (context.signal.aborted) continue;
      expect((await this.world.row(id)) as unknown).toMatchObject({ status: 'running', attempt });
    }
  }

  /** No handler delays a cancel for longer than the grace. */
  async #checkGivenUp(): Promise<void> {
    const awake = this.world.members.filter(({ process }) => process.state === 'awake');
    const late = (await this.#rows()).filter((row) => {
      return row.status === 'cancelling' && awake.some((member) => isOwnedBy(row, member));
    });
    expect(late.map(({ id }) => id)).toEqual([]);
  }

  /** Every handler is told when its time is up, and its job ends after the grace whatever it does. */
  async #checkTimeLimits(): Promise<void> {
    for (const { id, attempt, member, begunAt, stoppedAt } of this.world.workersAwake()) {
      const row = await this.world.row(id);
      if (row?.status !== 'running' || row.attempt !== attempt || row.timeout_ms === null) continue;
      const { elapsed } = member.process;
      if (stoppedAt === undefined) expect(elapsed - begunAt).toBeLessThanOrEqual(row.timeout_ms);
      else expect(elapsed - stoppedAt).toBeLessThanOrEqual(GRACE_MS + HEARTBEAT_MS);
    }
  }

  async #checkNobodyWorksTwice(): Promise<void> {
    const busy = this.world.workersAwake().filter(({ context }) => !context.signal.aborted);
    const kept = new Set((await this.#rows()).map(({ id }) => id));
    const ids = busy.filter(({ id }) => kept.has(id)).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  }

  /** With a healthy process, enough time and working handlers, every job ends. */
  async end(): Promise<void> {
    this.#asked = undefined;
    for (const place of PLACES.keys()) await this.#die(place, place === 1);
    // Jobs that start at a time must not wait until a clock that was set back has caught up.
    this.world.machine.offset += COMMANDS * 3_600_000;
    const { tracker } = await this.world.start({});
    await Promise.all([tracker.resumeType('errand'), this.world.machine.advance(0)]);
    const left = async () => (await this.#rows()).filter((row) => !isFinal(row));
    for (let round = 0; round < 60 && (await left()).length > 0; round++) {
      await this.world.machine.advance(1_000);
      for (const worker of this.world.workersAwake()) worker.finish('done at last');
      await this.world.machine.advance(0);
      await this.check();
      this.world.machine.skip(10_000);
    }
    expect((await left()).map(({ id, status }) => `${id} is ${status}`)).toEqual([]);
  }
}

test('every job obeys its life cycle and ends, whatever people, handlers, processes and the clock do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: COMMANDS, size: 'max' }), async (commands) => {
      const run = new Run();
      try {
        await run.begin();
        for (const one of commands) await run.take(one);
        await run.end();
      } finally {
        await run.world.close();
      }
    }),
    { numRuns: RUNS, seed: Number(process.env.XGPT_TEST_SEED ?? Date.now()) },
  );
}, 600_000);
