import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { until } from './wait.ts';

const MAIN = join(import.meta.dir, '../../src/main.ts');

const running = new Set<Bun.Subprocess>();
const folders: string[] = [];

/** Ends all running servers. Every test file that starts one calls this in `afterAll`. */
export async function stopServers(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  for (const child of running) await child.exited;
  running.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
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
) {
  const child = Bun.spawn([...prefix, process.execPath, ...options, main], {
    env: {
      ...process.env,
      PORT: '0',
      XGPT_DATA_DIR: dataDir,
      XGPT_SAMPLE_PAGE_MS: '0',
      XGPT_LOG_LEVEL: 'warn',
      ...env,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  running.add(child);
  const printed = { log: '' };
  const read = readLog(child, printed);
  const url = await addressOf(child, () => read.then(() => printed.log));

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
    log: () => printed.log.split('\n').filter(Boolean),
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

type Server = Bun.Subprocess<'ignore', 'pipe', 'pipe'>;

/** Runs all the time, because a full pipe would block the server. */
async function readLog(child: Server, printed: { log: string }): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr as unknown as AsyncIterable<Uint8Array>) {
    printed.log += decoder.decode(chunk, { stream: true });
  }
}

async function addressOf(child: Server, wholeLog: () => Promise<string>): Promise<string> {
  let printed = '';
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout as unknown as AsyncIterable<Uint8Array>) {
    printed += decoder.decode(chunk);
    const address = /xgpt is at (http:\S+?)\/?\s/.exec(printed)?.[1];
    if (address) return address;
  }
  const log = await wholeLog();
  await child.exited;
  const by = child.signalCode ? ` by ${child.signalCode}` : '';
  throw new Error(`The server ended at once${by}: ${log}`);
}
