import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, stopCommands } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Servers and commands, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(stopCommands);
afterAll(stopServers);

const ROOT = join(import.meta.dir, '../..');

/** A script that reports 20 of 100,000 ten times a second, until it is ended. */
const SCRIPT = `
  import { jobTracker } from '${ROOT}/src/jobs/index.ts';
  await jobTracker.initialize();
  const job = await jobTracker.createJob('scrape', { username: 'of_a_script' });
  for (let step = 1; ; step++) {
    await job.updateProgress(step * 20, 100_000, 'Reading');
    await Bun.sleep(100);
  }`;

test('G8: rate and time left of a script’s job show in the page, the JSON and the terminal', async () => {
  const server = await startServer();
  const path = join(server.dataDir, 'script.ts');
  await Bun.write(path, SCRIPT);
  const script = Bun.spawn([process.execPath, path], {
    env: { ...process.env, XGPT_DATA_DIR: server.dataDir },
    stdout: 'ignore',
    stderr: 'inherit',
  });
  try {
    const read = async (accept: string) =>
      (await fetch(`${server.url}/api/jobs`, { headers: { accept } })).text();
    const job = await until('the server knows its rate', async () => {
      const { jobs } = JSON.parse(await read('application/json')) as { jobs: Job[] };
      return jobs.find(({ ratePerSecond }) => ratePerSecond !== undefined);
    });
    expect(job.ratePerSecond).toBeGreaterThan(5);
    expect(job.etaSeconds).toBeGreaterThan(100);
    expect(await read('text/html')).toMatch(/<span>[\d,.]+\/(?:s|min) · about [^<]+ left<\/span>/);
    const { stdout } = await run(['jobs', 'list', '--json'], { dataDir: server.dataDir });
    expect(jobsIn(stdout)[0]).toMatchObject({
      id: job.id,
      ratePerSecond: expect.any(Number),
      etaSeconds: expect.any(Number),
    });
    const shown = await run(['jobs', 'show', job.id], { dataDir: server.dataDir });
    expect(shown.stdout).toMatch(/time left +about /);
  } finally {
    script.kill('SIGKILL');
    await script.exited;
  }
});
