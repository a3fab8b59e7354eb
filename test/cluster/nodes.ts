import { createDatabase } from '../support/postgres/databases.ts';
import { freshDataDir, startServer, type TestServer } from '../support/server.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

const workers = new Set<Bun.Subprocess>();

export async function stopWorkers(): Promise<void> {
  for (const worker of workers) worker.kill('SIGKILL');
  for (const worker of workers) await worker.exited;
  workers.clear();
}

/** The settings of the machines of one cluster, each with a data folder of its own. */
export interface Cluster {
  address: string;
  env: Record<string, string>;
}

export async function newCluster(env: Record<string, string> = {}): Promise<Cluster> {
  const address = await createDatabase();
  return { address, env: { ...env, XGPT_DATABASE_URL: address } };
}

/** A machine that serves pages and runs jobs. */
export function startWebNode({ env }: Cluster, more: Record<string, string> = {}) {
  return startServer(freshDataDir(), { ...env, ...more });
}

/** A machine that only runs jobs. */
export function startWorker({ env }: Cluster, more: Record<string, string> = {}): Bun.Subprocess {
  const worker = Bun.spawn([process.execPath, MAIN, 'worker'], {
    env: {
      ...process.env,
      ...{ XGPT_DATA_DIR: freshDataDir(), XGPT_SAMPLE_PAGE_MS: '0', XGPT_LOG_LEVEL: 'warn' },
      ...{ ...env, ...more },
    },
    stdout: 'ignore',
    stderr: 'inherit',
  });
  workers.add(worker);
  return worker;
}

/** Runs a command on a machine of its own. @returns what it printed, and its exit code */
export async function runOn({ env }: Pick<Cluster, 'env'>, ...words: string[]) {
  const child = Bun.spawn([process.execPath, MAIN, ...words], {
    env: { ...process.env, XGPT_DATA_DIR: freshDataDir(), ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { stdout, stderr, code: await child.exited };
}

/** Posts fields, as a form does. */
export function post(
  { url }: TestServer,
  path: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { accept: 'application/json', ...headers },
    redirect: 'manual',
  });
}

/** How many posts a find has. @param query of its address */
export async function found(server: TestServer, query: string): Promise<number> {
  return (await server.json<{ total: number }>(`/api/find?${query}`)).total;
}
