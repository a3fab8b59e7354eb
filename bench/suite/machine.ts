import { Database } from 'bun:sqlite';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { dependencies } from '../package.json';
import { table } from './markdown.ts';
import { quantile } from './results.ts';
import { postgresPrograms, redisProgram } from './servers.ts';

/** What the figures depend on, as a table in Markdown. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const fsync = measureFsync();
  const rows = [
    ['processor', `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GB`],
    ['kernel', `${process.platform} ${release()}`],
    [
      'disk',
      `${fileSystem(tmpdir())}; 4 KB and fdatasync: p50 ${fsync.p50} ms, p99 ${fsync.p99} ms`,
    ],
    ['xgpt', output('git', '-C', import.meta.dir, 'describe', '--always', '--dirty') || 'unknown'],
    ['Bun, SQLite', `${Bun.version}, ${sqliteVersion()}`],
    ['Redis', redisProgram() ? output('redis-server', '--version') : 'not installed: left out'],
    ['PostgreSQL', postgresVersion()],
    [
      'peers',
      Object.entries(dependencies)
        .map((each) => each.join(' '))
        .join(', '),
    ],
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ')],
  ];
  return table(['', 'Machine'], rows);
}

/** How long an fsync of 4 KB takes, in ms. */
function measureFsync(): { p50: string; p99: string } {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-fsync-'));
  const file = openSync(join(folder, 'file'), 'w');
  const block = Buffer.alloc(4096, 1);
  const times: number[] = [];
  for (let count = 0; count < 300; count++) {
    const from = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    times.push(performance.now() - from);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return { p50: quantile(times, 0.5).toFixed(2), p99: quantile(times, 0.99).toFixed(2) };
}

function fileSystem(folder: string): string {
  return output('stat', '-f', '-c', '%T', folder) || 'unknown file system';
}

function sqliteVersion(): string {
  const db = new Database(':memory:');
  const row = db.query<{ version: string }, []>('SELECT sqlite_version() AS version').get();
  db.close();
  return row?.version ?? 'unknown';
}

function postgresVersion(): string {
  const programs = postgresPrograms();
  return programs ? output(join(programs, 'postgres'), '--version') : 'not installed: left out';
}

function output(...command: string[]): string {
  try {
    return Bun.spawnSync(command).stdout.toString().trim();
  } catch {
    return '';
  }
}
