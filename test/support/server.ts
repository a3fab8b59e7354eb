import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { until } from './wait.ts';

const MAIN = join(import.meta.dir, '../../src/main.ts');

const running = new Set<Bun.Subprocess>();
const folders: string[] = [];

/** Ends all running servers. Every test file that starts one calls this in `afterAll`. */
export async function stopServers(): Promise<void> {
  await endServers();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/**
 * Ends all running servers, and keeps their folders: for `afterEach` where each test starts its own, because
 * idle ones take processor time, too.
 */
export async function endServers(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  for (const child of running) await child.exited;
  running.clear();
}

export function freshDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-server-'));
  folders.push(folder);
  return folder;
}

/** Starts the program as `npm start` does, on a free port, and waits until it prints its address. */
export async function startServer(
  dataDir = freshDataDir(),
  env: Record<string, string> = {},
  /** A command that sets other rights or limits: `['setpriv', '--reuid=1000']`. */
  prefix: string[] = [],
  /** Options of Bun; with them the sources run instead of the compiled program. */
  options: string[] = [],
  main = MAIN,
  command = [process.execPath, ...options, main],
) {
  const output = outputFiles();
  const child = Bun.spawn([...prefix, ...command], {
    env: {
      ...process.env,
      PORT: '0',
      XGPT_DATA_DIR: dataDir,
      XGPT_SAMPLE_PAGE_MS: '0',
      XGPT_LOG_LEVEL: 'warn',
      ...env,
    },
    stdout: Bun.file(output.stdout),
    stderr: Bun.file(output.stderr),
  });
  running.add(child);
  const log = () => readFileSync(output.stderr, 'utf8');
  const url = await addressOf(child, output.stdout, log);

  const json = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { accept: 'application/json', ...init.headers };
    return (await (await fetch(url + path, { ...init, headers })).json()) as Answer;
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGHUP') => {
    child.kill(signal);
    const code = await child.exited;
    running.delete(child);
    return code;
  };
  return {
    url,
    dataDir,
    child,
    /** The lines of its standard error so far. */
    log: () => log().split('\n').filter(Boolean),
    json,
    end,
    start: async (type: string, fields: Record<string, string>): Promise<Job> =>
      (
        await json<{ job: Job }>(`/api/${type}`, {
          method: 'POST',
          body: new URLSearchParams(fields),
        })
      ).job,
    job: async (id: string): Promise<Job> => (await json<{ job: Job }>(`/api/jobs/${id}`)).job,
    ended: (id: string, ms?: number) =>
      until(
        `${id} has ended`,
        async () => {
          const { job } = await json<{ job: Job }>(`/api/jobs/${id}`);
          return job.completedAt ? job : undefined;
        },
        ms,
      ),
  };
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/**
 * Files for what a server prints. Not pipes: on a busy machine Bun 1.4.4 sometimes does not notice that a
 * child has written to one, and waits for ever.
 */
function outputFiles() {
  const folder = freshDataDir();
  const files = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  return files;
}

async function addressOf(
  child: Bun.Subprocess,
  stdout: string,
  log: () => string,
): Promise<string> {
  for (;;) {
    // Read before the file is: what was printed last must not be missed.
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    const address = /xgpt is at (http:\S+?)\/?\s/.exec(readFileSync(stdout, 'utf8'))?.[1];
    if (address) return address;
    if (hasEnded) break;
    await Bun.sleep(5);
  }
  const by = child.signalCode ? ` by ${child.signalCode}` : '';
  throw new Error(`The server ended at once${by}: ${log()}`);
}
