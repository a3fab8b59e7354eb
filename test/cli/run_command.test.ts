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
