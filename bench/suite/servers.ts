import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { until } from './clock.ts';

/** Loopback ports of the running servers; absent when the program is not installed. */
export interface Servers {
  /** Redis that writes every command to disk before it answers. */
  redis?: number;
  /** Redis that keeps everything in memory. */
  memoryRedis?: number;
  postgres?: number;
}

const HOST = '127.0.0.1';
const POSTGRES_ROOT = '/usr/lib/postgresql';

/** Starts the servers that are needed and installed, with their data in a new folder. */
export async function startServers(wanted: (keyof Servers)[]) {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-servers-'));
  const started: Subprocess[] = [];
  const servers: Servers = {};
  for (const name of wanted) {
    const server = name === 'postgres' ? startPostgres(folder) : startRedis(folder, name);
    if (!server) continue;
    started.push(server.process);
    if (!(await until(() => accepts(server.port), 20_000, 50)))
      throw new Error(`${name} did not start.`);
    servers[name] = server.port;
  }
  return {
    servers,
    async stop() {
      // PostgreSQL takes SIGINT as "disconnect everybody and stop", Redis as "stop".
      for (const child of started) child.kill('SIGINT');
      await Promise.all(started.map(({ exited }) => exited));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function redisProgram(): string | null {
  return Bun.which('redis-server');
}

/** The folder with the newest version's programs. */
export function postgresPrograms(): string | undefined {
  try {
    const versions = readdirSync(POSTGRES_ROOT).sort((a, b) => Number(b) - Number(a));
    return versions[0] && join(POSTGRES_ROOT, versions[0], 'bin');
  } catch {
    return undefined;
  }
}

function startRedis(folder: string, name: string) {
  const program = redisProgram();
  if (!program) return undefined;
  const dir = join(folder, name);
  mkdirSync(dir);
  const port = freePort();
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
  // A rewrite of the log during a measurement would be unfair to Redis.
  const steady = ['--auto-aof-rewrite-percentage', '0', '--save', ''];
  const disk = name === 'redis' ? durable : ['--appendonly', 'no'];
  const process = Bun.spawn(
    [program, '--port', String(port), '--bind', HOST, '--dir', dir, ...steady, ...disk],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return { process, port };
}

function startPostgres(folder: string) {
  const programs = postgresPrograms();
  const asOwner = databaseOwner();
  if (!programs || !asOwner) return undefined;
  const dir = join(folder, 'postgres');
  mkdirSync(dir);
  if (asOwner.id !== undefined) {
    chownSync(folder, asOwner.id, asOwner.id);
    chownSync(dir, asOwner.id, asOwner.id);
  }
  const data = join(dir, 'data');
  const init = ['initdb', '-D', data, '-A', 'trust', '-U', 'postgres'];
  const { exitCode, stderr } = Bun.spawnSync(
    [...asOwner.command, join(programs, init[0] ?? ''), ...init.slice(1)],
    { cwd: dir },
  );
  if (exitCode !== 0) throw new Error(`initdb failed: ${stderr}`);
  const port = freePort();
  const settings = [`listen_addresses=${HOST}`, `unix_socket_directories=${dir}`, `port=${port}`];
  const process = Bun.spawn(
    [
      ...asOwner.command,
      join(programs, 'postgres'),
      '-D',
      data,
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { cwd: dir, stdio: ['ignore', 'ignore', 'ignore'] },
  );
  return { process, port };
}

/** PostgreSQL refuses to run as root: root runs it as the user that its package created. */
function databaseOwner(): { command: string[]; id?: number } | undefined {
  if (process.getuid?.() !== 0) return { command: [] };
  const { stdout, exitCode } = Bun.spawnSync(['id', '-u', 'postgres']);
  if (exitCode !== 0 || !Bun.which('setpriv')) return undefined;
  return {
    command: ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'],
    id: Number(stdout.toString()),
  };
}

/** A port that is free now. */
function freePort(): number {
  const listener = Bun.listen({ hostname: HOST, port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Bun.connect({ hostname: HOST, port, socket: { data() {} } })).end();
    return true;
  } catch {
    return false;
  }
}
