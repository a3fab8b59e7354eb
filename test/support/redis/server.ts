import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Installed, programFinder } from '../debian_programs.ts';
import { lastingPort } from '../port.ts';

/** The address of a server that already runs, as `startRedis` gives it. */
export const REDIS_VARIABLE = 'XGPT_TEST_REDIS';

export interface RedisServer {
  /** `redis://:password@127.0.0.1:port` */
  address: string;
  /** The shell that ends the server and deletes its folder once this process has ended, however it did. */
  readonly pid: number;
  /** Ends the server at once; what it held is lost. */
  kill(): Promise<void>;
  /** Starts it again after that, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const findRedis = programFinder({ 'redis-server': 'redis-server' }, 'xgpt-redis');

/**
 * Waits for the end of its input, which comes when the process that started it ends or closes it. Then it
 * ends the server and deletes its folder.
 */
const SUPERVISOR = `
folder=$1; shift
"$@" </dev/null &
server=$!
cat >/dev/null
kill -KILL $server 2>/dev/null
wait $server
rm -rf "$folder"`;

/**
 * Starts a Redis server of its own for tests: with its own folder, port and password, and nothing on the
 * disk. It ends with this process, even if that is killed.
 * @param host where it listens, for hosts of a test's network.
 * @throws when Redis is missing and cannot be downloaded, or does not start; the message says why.
 */
export async function startRedis(host = '127.0.0.1'): Promise<RedisServer> {
  const { 'redis-server': redis } = await findRedis();
  const password = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64url');
  const port = lastingPort();
  const settings = { bind: host, port, requirepass: password, save: '', appendonly: 'no' };
  let supervisor = await supervise(redis, settings);
  return {
    address: `redis://:${password}@${host}:${port}`,
    get pid() {
      return supervisor.pid;
    },
    async kill() {
      await supervisor.stdin.end();
      await supervisor.exited;
    },
    async start() {
      supervisor = await supervise(redis, settings);
    },
    async stop() {
      await supervisor.stdin.end();
      await supervisor.exited;
    },
  };
}

async function supervise({ path, env }: Installed, settings: Record<string, string | number>) {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-redis-'));
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const supervisor = Bun.spawn(['sh', '-c', SUPERVISOR, 'sh', folder, path, ...options], {
    env,
    cwd: folder,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    detached: true,
  });
  supervisor.unref();
  try {
    await untilReady(supervisor.stdout);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return supervisor;
}

/** Reads what the server prints, on and on: it must never wait for a reader. */
async function untilReady(stdout: ReadableStream<Uint8Array>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void (async () => {
    let log = '';
    const decoder = new TextDecoder();
    for await (const part of stdout) {
      log = (log + decoder.decode(part, { stream: true })).slice(-4_000);
      if (log.includes('Ready to accept connections')) resolve();
    }
    reject(new Error(`Redis has ended.\n${log}`));
  })();
  await promise;
}
