import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Servers } from '../suite/servers.ts';
import type { Requirement } from '../suite/suite.ts';

export interface Place {
  /** Where an embedded system keeps its file. */
  folder: string;
  servers: Servers;
  /** How many jobs run at once when work begins. */
  concurrency: number;
  /** Another process uses the same data, which must be kept. */
  joining?: boolean;
}

/** A job system with one queue of numbered jobs. */
export interface System {
  enqueue(n: number): Promise<unknown> | unknown;
  /** Jobs from number `from` on, with one call. */
  enqueueBulk(from: number, count: number): Promise<unknown> | unknown;
  /** Runs jobs in this process; `handle` is the handler. Resolves when it is ready. */
  work(handle: Handler): Promise<void> | void;
  /** How many jobs have not ended. */
  unfinished(): Promise<number> | number;
  close(): Promise<void> | void;
}

export type Handler = (n: number) => Promise<void> | void;

export interface Peer {
  /** For the command line: `bullmq-redis`. */
  name: string;
  /** For the report. */
  title: string;
  /** What an acknowledged job survives. */
  survives: 'power cut' | 'kill -9' | 'nothing for certain';
  requires?: Requirement | readonly Requirement[];
  open(place: Place): Promise<System>;
}

/** A job's data, the same in all systems. */
export interface Numbered {
  n: number;
}

export function numbers(from: number, count: number): Numbered[] {
  return Array.from({ length: count }, (_, index) => ({ n: from + index }));
}

/** Imports a package of `bench/package.json`. It has no types before it is installed. */
export async function importPeer<Module>(name: string): Promise<Module> {
  return (await import(Bun.resolveSync(name, import.meta.dir))) as Module;
}

const FOLDER = join(import.meta.dir, '..');

/** Installs the packages of `bench/package.json`, once. The program itself needs none of them. */
export function installPeers(): void {
  if (existsSync(join(FOLDER, 'node_modules'))) return;
  console.error('Installing the peers into bench/node_modules …');
  const { exitCode } = Bun.spawnSync([process.execPath, 'install', '--frozen-lockfile'], {
    cwd: FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (exitCode !== 0) throw new Error('The peers could not be installed.');
}
