import { describe, expect, mock, test } from 'bun:test';
import { runCommand } from '../../src/cli/run_command.ts';
import { setup } from '../support/jobs.ts';

describe('FEATURES 8: runCommand', () => {
  test('shows the work as a job while it runs, and returns its result', async () => {
    const { tracker } = setup();
    const jobMetadata = { username: 'aurora_lab', maxTweets: 100 };
    const result = await runCommand(
      async (job) => {
        await job?.updateProgress(1, 2, 'Half way');
        expect(tracker.getActiveJobs()).toMatchObject([
          { type: 'scrape', status: 'running', tracked: true, metadata: jobMetadata },
        ]);
        return 'the result';
      },
      { name: 'scrape', jobMetadata, tracker },
    );
    expect(result).toBe('the result');
    expect(tracker.getAllJobs()).toMatchObject([{ status: 'completed' }]);
  });

  test('G3: a result of `success: false` fails the job with its message, and is returned', async () => {
    const { tracker } = setup();
    const message = 'The export has no posts.';
    const result = await runCommand(() => ({ success: false, message, read: 7 }), {
      name: 'scrape',
      tracker,
    });
    const { jobId = '' } = result;
    expect(result).toEqual({ success: false, message, read: 7, jobId, duration: result.duration });
    expect(tracker.getJob(jobId)).toMatchObject({ status: 'failed', errorMessage: message });
  });

  test.each([
    [{ success: false }, 'The work failed without giving a reason.'],
    [{ success: false, message: ' ' }, 'The work failed without giving a reason.'],
    [{ success: false, error: 'No route.' }, 'No route.'],
    [{ success: false, error: new Error('No answer.') }, 'No answer.'],
  ])('G3: %p fails the job with "%s"', async (result: object, errorMessage) => {
    const { tracker } = setup();
    await runCommand(() => result, { name: 'scrape', tracker });
    expect(tracker.getAllJobs()).toMatchObject([{ status: 'failed', errorMessage }]);
  });

  test.each([
    [{ success: true }],
    [{ success: undefined }],
    [{ message: 'success: false' }],
    [null],
    [undefined],
    [false],
    [[{ success: false }]],
  ])('G3: %p completes the job', async (result: unknown) => {
    const { tracker } = setup();
    await runCommand(() => result, { name: 'scrape', tracker });
    expect(tracker.getAllJobs()).toMatchObject([{ status: 'completed' }]);
  });

  test('G3: an object is returned with `duration` and `jobId`, anything else unchanged', async () => {
    const { tracker } = setup();
    const given = Object.freeze({ success: true, files: 3 });
    const { duration, jobId, files } = await runCommand(
      async () => {
        await Bun.sleep(20);
        return given;
      },
      { name: 'scrape', tracker },
    );
    expect(files).toBe(3);
    expect(duration).toBeGreaterThanOrEqual(15);
    expect(tracker.getAllJobs()).toMatchObject([{ id: jobId, status: 'completed' }]);
    expect(Object.keys(given)).toEqual(['success', 'files']);

    const options = { name: 'scrape', tracker };
    expect(await runCommand(() => 42, options)).toBe(42);
    expect(await runCommand(() => ['one'], options)).toEqual(['one']);
    const map = await runCommand(() => new Map([['one', 1]]), options);
    expect(map.get('one')).toBe(1);
    expect(map.duration).toBeNumber();
  });

  test('G3: without a job there is no `jobId`', async () => {
    const result = await runCommand(() => ({ files: 3 }), { name: 'scrape', trackAsJob: false });
    expect(result).toEqual({ files: 3, duration: result.duration });
  });

  test.each([
    ['nothing', undefined],
    ['a success', { success: true }],
    ['a failure', { success: false, message: 'Cancelled.' }],
  ])('G4: a function that returns %s on `isCancelled()` ends the job at once', async (_, end) => {
    const { tracker, clock } = setup();
    const began = clock.now();
    await runCommand(
      async (job) => {
        await tracker.cancelJob(job?.jobId ?? '');
        return job?.isCancelled() ? end : 'It went on.';
      },
      { name: 'scrape', tracker },
    );
    const [job] = tracker.getAllJobs();
    expect(job).toMatchObject({ status: 'cancelled', errors: [] });
    expect(job?.errorMessage).toBeUndefined();
    expect(job?.completedAt?.getTime()).toBe(began);
  });

  test('a job may have any name', async () => {
    const { tracker } = setup();
    await runCommand(async () => {}, { name: 'tidy', tracker });
    expect(tracker.getAllJobs().map(({ type }) => `${type}`)).toEqual(['tidy']);
  });

  test('an error fails the job with its message, and is thrown again', async () => {
    const { tracker } = setup();
    const failing = runCommand(
      async () => {
        throw new Error('The archive is missing.');
      },
      { name: 'scrape', tracker },
    );
    await expect(failing).rejects.toThrow('The archive is missing.');
    expect(tracker.getAllJobs()).toMatchObject([
      { status: 'failed', errorMessage: 'The archive is missing.' },
    ]);
  });

  test('a cancel elsewhere aborts the signal of the context', async () => {
    const { tracker } = setup();
    await runCommand(
      async (job) => {
        await tracker.cancelJob(job?.jobId ?? '');
        expect(job?.signal.aborted).toBe(true);
      },
      { name: 'embed', tracker },
    );
    expect(tracker.getAllJobs()).toMatchObject([{ status: 'cancelled' }]);
  });

  test('an empty name is refused before the function is run', async () => {
    const { tracker } = setup();
    const run = mock(async () => {});
    const running = runCommand(run, { name: '' as 'scrape', tracker });
    await expect(running).rejects.toThrow('Give a job type, such as scrape');
    expect(run).not.toHaveBeenCalled();
    expect(tracker.getAllJobs()).toEqual([]);
  });

  test('without trackAsJob there is no job', async () => {
    const { tracker } = setup();
    const run = async (job: unknown) => job;
    expect(await runCommand(run, { name: 'scrape', trackAsJob: false, tracker })).toBeUndefined();
    expect(tracker.getAllJobs()).toEqual([]);
  });
});
