/** A program with a source of its own, and plain workers on the same data folder. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { folderWithPackage, removeFoldersWithPackage } from '../support/installed_package.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, start, stopCommands } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Several processes, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);
afterAll(removeFoldersWithPackage);

const PROGRAM = `
  import { defineSource, serve } from 'xgpt';
  const notes = defineSource({
    name: 'notes',
    label: 'the notes',
    pageSize: 1,
    pageMs: 1,
    async *posts({ username = '' }) {
      const post = { source: 'notes', id: username, kind: 'post', author: username,
        authorName: username, text: 'a note', createdAt: new Date(0), links: [], media: [] };
      yield { items: [post as never] };
    },
  });
  await serve({ sources: [notes] });
`;

let folder: string;
beforeAll(async () => {
  folder = folderWithPackage();
  await Bun.write(join(folder, 'notes.ts'), PROGRAM);
});

const LACKS = 'no running process has the source notes: start the program that has it';

test('FEATURES 46: jobs of a source wait for the program that has it, and say so', async () => {
  const dataDir = freshDataDir();
  const env = { ...process.env, XGPT_DATA_DIR: dataDir, XGPT_LOG_LEVEL: 'warn' };
  const workers = [start(['worker'], { dataDir }), start(['worker'], { dataDir })];
  const listed = async () => jobsIn((await run(['jobs', 'list', '--json'], { dataDir })).stdout);
  await until('both run', async () => {
    const { stdout } = await run(['workers', '--json'], { dataDir });
    return JSON.parse(stdout || '{}').processes?.length === 2 || undefined;
  });
  const program = ['notes.ts', 'scrape', '--source', 'notes', '--detach'];
  for (const name of ['ada', 'ben', 'cleo']) {
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, ...program, name], {
      cwd: folder,
      env,
    });
    expect([exitCode, stderr.toString()]).toEqual([0, expect.stringContaining(LACKS)]);
  }
  // The workers run what they can run.
  await run(['scrape', 'aurora_lab', '--max', '20', '--detach'], { dataDir });
  await until('the sample was read', async () =>
    (await listed()).some(({ status }) => status === 'completed') ? true : undefined,
  );
  const waiting = (await listed()).filter(({ status }) => status === 'queued');
  expect(waiting.map(({ attempt }) => attempt)).toEqual([0, 0, 0]);
  const table = (await run(['jobs', 'list'], { dataDir })).stdout;
  expect(table.split(`queued, ${LACKS}`)).toHaveLength(4);
  const id = waiting[0]?.id ?? '';
  const waits = start(['jobs', 'wait', id], { dataDir });
  await until('it says why', () => (waits.stderr().includes(LACKS) ? true : undefined));

  const server = await startServer(
    dataDir,
    {},
    ['env', '-C', folder],
    [],
    join(folder, 'notes.ts'),
  );
  for (const job of waiting) {
    expect((await server.ended(job.id)) as Job).toMatchObject({ status: 'completed', attempt: 1 });
  }
  expect((await waits.ended()).code).toBe(0);
  for (const { child } of workers) child.kill();
});
