import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../../src/platform/process_ids.ts';
import { type Installed, programFinder, run } from '../debian_programs.ts';
import { lastingPort } from '../port.ts';

/** The address of a server that already runs, as `startPostgres` gives it. */
export const SERVER_VARIABLE = 'XGPT_TEST_POSTGRES';

/** Of a server that is killed: without them it loses what it has confirmed last. */
export const KEEPS_WHAT_IT_CONFIRMED = { synchronous_commit: 'on' };

export interface PostgresServer {
  /** `postgres://user:password@127.0.0.1:port/postgres`, of its superuser. */
  address: string;
  /** The shell that ends the server and deletes its folder once this process has ended, however it did. */
  pid: number;
  /** Ends the server at once, as a power cut does, and starts it again after the pause. */
  restart(pause: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

/** A network of hosts of a test. */
interface ServedNetwork {
  /** In CIDR notation. */
  range: string;
  /** The address of this machine in it. */
  gateway: string;
}

export const findPostgres = programFinder(
  { initdb: 'postgresql', postgres: 'postgresql' },
  'xgpt-postgresql',
);

/** PostgreSQL refuses to run as root. */
const UNPRIVILEGED = { name: 'nobody', id: 65_534 };

const isRoot = process.getuid?.() === 0;

const FOLDER_PREFIX = 'xgpt-postgresql-';

/** What the databases of a run need at most, in bytes. */
const MAX_SIZE = 4 * 1024 ** 3;

/** In memory where there is room: what it writes to the disk, other tests wait for when they flush theirs. */
const PLACE = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir();

/** Nothing that the tests write has to survive a power cut. Many files connect at once. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  jit: 'off',
  max_connections: '400',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  unix_socket_directories: '',
  listen_addresses: '127.0.0.1',
  timezone: 'UTC',
};

/**
 * Waits for the end of its input, which comes when the process that started it ends or closes it. Then it
 * ends the server and deletes its folder.
 */
const SUPERVISOR = `
folder=$1; shift
"$@" </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$folder"`;

/**
 * Starts a PostgreSQL server of its own for tests: with its own folder, port and password, and without any
 * care for the disk. It ends with this process, even if that is killed.
 * @param network whose hosts may connect, too; the address is then one for them.
 * @param more settings of the server.
 * @throws when PostgreSQL is missing and cannot be downloaded, or does not start; the message says why.
 */
export async function startPostgres(
  network?: ServedNetwork,
  more: Record<string, string> = {},
): Promise<PostgresServer> {
  const { initdb, postgres } = await findPostgres();
  removeStale();
  const folder = mkdtempSync(join(PLACE, `${FOLDER_PREFIX}${process.pid}-`));
  try {
    return await startIn(folder, { initdb, postgres }, network, more);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(
  folder: string,
  { initdb, postgres }: Record<'initdb' | 'postgres', Installed>,
  network: ServedNetwork | undefined,
  more: Record<string, string>,
) {
  const data = join(folder, 'data');
  const password = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64url');
  const passwordFile = join(folder, 'password');
  await Bun.write(passwordFile, password);
  mkdirSync(data, { mode: 0o700 });
  if (isRoot)
    for (const path of [folder, data, passwordFile])
      chownSync(path, UNPRIVILEGED.id, UNPRIVILEGED.id);
  await run(
    [
      ...unprivileged(),
      initdb.path,
      ...['--pgdata', data, '--username', 'xgpt', '--pwfile', passwordFile, '--auth', 'md5'],
      ...['--encoding', 'UTF8', '--no-locale', '--no-sync', '--no-instructions'],
    ],
    { env: initdb.env, cwd: folder },
  );
  if (network) appendFileSync(join(data, 'pg_hba.conf'), `host all all ${network.range} md5\n`);
  const host = network?.gateway ?? '127.0.0.1';
  const port = lastingPort();
  const all = { ...SETTINGS, ...more, port, listen_addresses: host };
  const settings = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [...unprivileged('QUIT'), postgres.path, '-D', data, ...settings];
  let supervisor = await supervise(folder, command, postgres.env);
  return {
    address: `postgres://xgpt:${password}@${host}:${port}/postgres`,
    get pid() {
      return supervisor.pid;
    },
    async restart(pause: () => Promise<unknown>) {
      const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGQUIT');
      while (existsSync(join(data, 'postmaster.pid'))) await Bun.sleep(10);
      // Its input stays open: it would delete the folder.
      former.add(supervisor);
      await pause();
      supervisor = await supervise(folder, command, postgres.env);
    },
    async stop() {
      await supervisor.stdin.end();
      await supervisor.exited;
    },
  };
}

/** Supervisors of servers that were started again. */
const former = new Set<unknown>();

async function supervise(folder: string, command: string[], env: NodeJS.ProcessEnv) {
  const supervisor = Bun.spawn(['sh', '-c', SUPERVISOR, 'sh', folder, ...command], {
    env,
    cwd: folder,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
    detached: true,
  });
  supervisor.unref();
  await untilReady(supervisor.stderr);
  return supervisor;
}

/** @param signal is sent to the command when its parent ends. */
function unprivileged(signal?: string): string[] {
  const options = isRoot
    ? [`--reuid=${UNPRIVILEGED.id}`, `--regid=${UNPRIVILEGED.id}`, '--clear-groups']
    : [];
  return ['setpriv', ...options, ...(signal ? ['--pdeathsig', signal] : []), '--'];
}

/** Reads what the server writes to its standard error, on and on: it must never wait for a reader. */
async function untilReady(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void (async () => {
    let log = '';
    const decoder = new TextDecoder();
    for await (const part of stderr) {
      log = (log + decoder.decode(part, { stream: true })).slice(-4_000);
      if (log.includes('database system is ready to accept connections')) resolve();
    }
    reject(new Error(`PostgreSQL has ended.\n${log}`));
  })();
  await promise;
}

/** The folders of processes that were killed together with their supervisors. */
function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > MAX_SIZE;
}

function removeStale(): void {
  for (const name of readdirSync(PLACE).filter((one) => one.startsWith(FOLDER_PREFIX))) {
    const pid = Number(name.slice(FOLDER_PREFIX.length).split('-')[0]);
    if (!isAlive(pid)) rmSync(join(PLACE, name), { recursive: true, force: true });
  }
}
