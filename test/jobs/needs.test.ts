/** Jobs that need what not every process has, such as a source. */
import { afterAll, describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { InvalidInput, type JobDefinition, type QueuedJobContext } from '../../src/jobs/index.ts';
import type { RegisteredProcess, Served } from '../../src/platform/process_registry.ts';
import { lackText } from '../../src/text/queue_text.ts';
import { JobWorld } from '../support/job_world.ts';
import { errand, setup } from '../support/jobs.ts';

const sourced = z.object({ name: z.string().default('one'), source: z.string().optional() });

/** An errand that only reads these sources. */
function reading(
  has: string[],
  run: (job: QueuedJobContext) => Promise<unknown> = async () => 'done',
): JobDefinition<'errand'> {
  const input = sourced.refine(
    ({ source }) => source === undefined || has.includes(source),
    'Source must be another one.',
  ) as never;
  return {
    ...errand((_, job) => run(job), { needs: [{ field: 'source', what: 'source', has }] }),
    input,
  };
}

/** What the definition of another program takes, whatever this one has. */
const anySource = (): JobDefinition<'errand'> => ({
  ...errand(async () => 'done'),
  input: sourced as never,
});

describe('FEATURES 46: a job whose source a process does not have', () => {
  const world = new JobWorld();
  afterAll(() => world.close());

  test('is left to a process that has it, which runs it in its first attempt', async () => {
    const others = [await world.start({}), await world.start({})];
    for (const { tracker } of others) tracker.define(reading(['sample']));
    const adding = await world.start({});
    adding.tracker.define(anySource());
    await adding.tracker.stop();
    const ids = [];
    for (const source of ['notes', 'sample', 'notes', 'notes']) {
      const { id } = await adding.tracker.enqueue('errand', { source });
      ids.push(id);
    }
    await world.machine.advance(60_000);
    const statusOf = async (id: string) => (await adding.tracker.readJob(id))?.status;
    expect(await Promise.all(ids.map(statusOf))).toEqual([
      'queued',
      'completed',
      'queued',
      'queued',
    ]);
    const knowing = await world.start({});
    knowing.tracker.define(reading(['sample', 'notes']));
    await world.machine.advance(5_000);
    for (const id of ids) {
      expect(await knowing.tracker.readJob(id)).toMatchObject({
        status: 'completed',
        attempt: 1,
        errors: [],
      });
    }
  });
});

describe('FEATURES 46: a process', () => {
  test('neither claims nor looks again and again for jobs that need something else', async () => {
    const { tracker, clock } = setup({ definitions: [anySource()] });
    // What else is in an input does not matter, as a text with a NUL.
    const { id } = await tracker.enqueue('errand', { name: 'a\0b \ud800', source: 'notes' });
    const later = await tracker.enqueue('errand', { source: "o'clock" }, { delayMs: 5_000 });
    tracker.define(reading(["o'clock"]));
    await tracker.start();
    await clock.advance(4_000);
    let timers = 0;
    const after = clock.after;
    clock.after = (ms, run) => {
      timers++;
      return after(ms, run);
    };
    for (let second = 0; second < 4; second++) await clock.advance(1_000);
    expect(timers).toBeLessThan(20);
    expect(await tracker.readJob(later.id)).toMatchObject({ status: 'completed' });
    expect(await tracker.readJob(id)).toMatchObject({ status: 'queued', attempt: 0 });
    expect(await tracker.reader.isBusy()).toBe(false);
    await tracker.stop();
  });

  test.each(['model', 'source'])('looks for the %s in any input', async (field) => {
    const needs = [{ field, what: field, has: ['"a"', 'b'] }];
    const input = z.object({}).catchall(z.unknown()) as never;
    const { tracker, clock } = setup({ definitions: [{ ...anySource(), input, needs }] });
    const inputs = [{ [field]: '"a"' }, { [field]: 'b' }, { other: 'c' }, { [field]: null }];
    const others = [{ [field]: 'c' }, { [field]: 'a' }];
    const ids = [];
    for (const one of [...inputs, ...others]) {
      ids.push((await tracker.enqueue('errand', one)).id);
    }
    await tracker.start();
    await clock.advance(3_000);
    await clock.advance(3_000);
    const jobs = await Promise.all(ids.map((id) => tracker.readJob(id)));
    expect(jobs.map((job) => `${job?.status}`)).toEqual([
      ...inputs.map(() => 'completed'),
      ...others.map(() => 'queued'),
    ]);
    await tracker.stop();
  });

  test('claims what it has all of that is needed', async () => {
    const need = (field: string, has: string[]) => ({ field, what: field, has });
    const needs = [
      need('source', ['archive', 'sample']),
      need('archive', ['own.zip', 'it’s "it".zip']),
    ];
    const input = z.object({}).catchall(z.unknown()) as never;
    const { tracker, clock } = setup({ definitions: [{ ...anySource(), input, needs }] });
    const runnable = [
      { source: 'archive', archive: 'own.zip' },
      { source: 'archive', archive: 'it’s "it".zip' },
      { source: 'sample' },
    ];
    const others = [
      { source: 'archive', archive: 'other.zip' },
      { source: 'notes', archive: 'own.zip' },
      { source: 'notes' },
    ];
    const ids = [];
    for (const one of [...others, ...runnable]) ids.push((await tracker.enqueue('errand', one)).id);
    await tracker.start();
    await clock.advance(6_000);
    const jobs = await Promise.all(ids.map((id) => tracker.readJob(id)));
    expect(jobs.map((job) => `${job?.status}`)).toEqual([
      ...others.map(() => 'queued'),
      ...runnable.map(() => 'completed'),
    ]);
    const lacks = jobs.map((job) => job && tracker.reader.serving.ownLack(job));
    expect(lacks).toEqual([
      { what: 'archive', name: 'other.zip' },
      { what: 'source', name: 'notes' },
      { what: 'source', name: 'notes' },
      ...runnable.map(() => undefined),
    ]);
    await tracker.stop();
  });

  test('that learns only in the attempt that it lacks something leaves the job to others', async () => {
    const own = new Set(['own.zip']);
    const needs = [
      {
        field: 'archive',
        what: 'archive',
        get has() {
          return [...own];
        },
      },
    ];
    let starts = 0;
    const check = async () => {
      if (starts++ === 0) return;
      own.clear();
      throw new InvalidInput({ archive: 'Archive belongs to another machine.' });
    };
    const input = z.object({}).catchall(z.unknown()) as never;
    const { tracker, clock } = setup({ definitions: [{ ...anySource(), input, needs, check }] });
    const { id } = await tracker.enqueue('errand', { archive: 'own.zip' });
    await tracker.start();
    await clock.advance(10_000);
    // An attempt that was postponed does not count.
    expect(await tracker.readJob(id)).toMatchObject({
      ...{ status: 'retrying', attempt: 1, attemptsUsed: 0, errors: [] },
      errorMessage: 'This process does not have the archive "own.zip". The job is left to others.',
    });
    expect(starts).toBe(2);
    await tracker.stop();
  });

  test('fails a job whose input is refused for another reason', async () => {
    const needs = [{ field: 'archive', what: 'archive', has: ['own.zip'] }];
    let starts = 0;
    const check = async () => {
      if (starts++ > 0) throw new InvalidInput({ archive: 'Archive is damaged.' });
    };
    const input = z.object({}).catchall(z.unknown()) as never;
    const { tracker, clock } = setup({ definitions: [{ ...anySource(), input, needs, check }] });
    const { id } = await tracker.enqueue('errand', { archive: 'own.zip' });
    await tracker.start();
    await clock.advance(1_000);
    expect(await tracker.readJob(id)).toMatchObject({ status: 'failed', failure: 'permanent' });
    await tracker.stop();
  });

  test('that runs one job leaves its children that need something else', async () => {
    const { needs } = reading(['sample']);
    const chore = { ...anySource(), type: 'chore', needs } as JobDefinition;
    const parent = errand(async (_, job) =>
      job.runChildren('chore', [{ source: 'notes' } as never]),
    );
    const { tracker, clock } = setup({ definitions: [parent, chore] });
    const { id } = await tracker.enqueue('errand', { name: 'mine' });
    await tracker.start({ only: id });
    await clock.advance(5_000);
    const [child] = (await tracker.reader.detailsOf(id)).children;
    expect(child).toMatchObject({ status: 'queued', attempt: 0 });
    void tracker.stop();
    await clock.advance(2_000);
  });
});

describe('FEATURES 46: why a job waits', () => {
  const running = (now: number, serves: Served[] | undefined, kind = 'worker') =>
    ({
      kind,
      seenAt: new Date(now),
      startedAt: new Date(now),
      ...(serves && { serves }),
    }) as RegisteredProcess;
  const WITH_SAMPLE = [
    { type: 'errand', needs: [{ field: 'source', what: 'source', has: ['sample'] }] },
  ];

  async function waitOf(serves: (Served[] | undefined)[], input = { source: 'notes' }) {
    const processes: RegisteredProcess[] = [];
    const { tracker, clock } = setup({ definitions: [anySource()], processes: () => processes });
    const job = await tracker.enqueue('errand', input);
    processes.push(...serves.map((each) => running(clock.now(), each)));
    return { wait: (await tracker.reader.waits([job]))(job), tracker, clock, processes };
  }

  test('is that no running process has its type, or its source', async () => {
    const type = (await waitOf([[{ type: 'chore' }]])).wait;
    expect(type).toEqual({ lack: { what: 'type', name: 'errand' } });
    expect(lackText({ what: 'type', name: 'errand' })).toBe(
      'no running process has this type: start the program that has it',
    );
    const source = (await waitOf([[{ type: 'chore' }], WITH_SAMPLE])).wait;
    expect(source).toEqual({ lack: { what: 'source', name: 'notes' } });
    expect(lackText({ what: 'source', name: 'notes' })).toBe(
      'no running process has the source notes: start the program that has it',
    );
  });

  test('is its place as long as one process can run it, or does not tell', async () => {
    for (const serves of [[WITH_SAMPLE, [{ type: 'errand' }]], [WITH_SAMPLE, undefined], []])
      expect((await waitOf(serves)).wait).toEqual({ place: 1 });
    expect((await waitOf([WITH_SAMPLE], { source: 'sample' })).wait).toEqual({ place: 1 });
  });

  test('is not told of processes that are silent, or only commands', async () => {
    const { tracker, clock, processes } = await waitOf([[]]);
    const [job] = tracker.getActiveJobs();
    if (!job) throw new Error('There is no job.');
    processes.push(running(clock.now(), [{ type: 'errand' }], 'command'));
    expect((await tracker.reader.waits([job]))(job)).toHaveProperty('lack');
    expect((await tracker.queues())[0]).toMatchObject({ type: 'errand', unserved: true });
    await clock.advance(20_000);
    expect((await tracker.reader.waits([job]))(job)).toEqual({ place: 1 });
  });
});
