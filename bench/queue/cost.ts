import { join } from 'node:path';
import { spawnChild } from '../suite/children.ts';
import type { Figures, Setting } from '../suite/suite.ts';
import type { Phase, Phases } from './cost_subject.ts';

/** Calls that make something safe, and those that write pages; `-y` names their files. */
const TRACED = 'trace=fsync,fdatasync,write,pwrite64,pwritev';

/**
 * What one job adds to the WAL, and how often it waits for the disk: enqueued one by one, then
 * drained. `strace` counts, so the rate is meaningless. Without it the fsyncs are left out.
 */
export async function measureCost(
  { folder }: Setting,
  jobs: number,
  concurrency: number,
): Promise<Figures> {
  const subject = [process.execPath, join(import.meta.dir, 'cost_subject.ts')];
  const command = [...subject, folder, String(jobs), String(concurrency)];
  const log = Bun.which('strace') ? join(folder, 'trace') : undefined;
  const tracer = ['strace', '-f', '-q', '-y', '-ttt', '-s', '0', '-e', TRACED, '-o'];
  const child = spawnChild(log ? [...tracer, log, ...command] : command, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const phases = JSON.parse(await new Response(child.stdout).text()) as Phases;
  await child.exited;
  const calls = log ? parseTrace(await Bun.file(log).text()) : undefined;
  const costOf = (phase: Phase) => (calls ? tracedCost(calls, phase) : { bytes: phase.walGrowth });
  const enqueue = costOf(phases.enqueue);
  const drain = costOf(phases.drain);
  return {
    enqueueKb: enqueue.bytes / 1_000 / jobs,
    enqueueFsyncs: enqueue.fsyncs === undefined ? Number.NaN : enqueue.fsyncs / jobs,
    drainKb: drain.bytes / 1_000 / jobs,
    drainFsyncs: drain.fsyncs === undefined ? Number.NaN : drain.fsyncs / jobs,
  };
}

export interface Call {
  /** Unix time in ms. */
  at: number;
  waitsForDisk: boolean;
  walBytes: number;
}

/** `812 1764347000.123456 pwrite64(12</tmp/x/xgpt.sqlite-wal>, ""..., 4096, 32) = 4096` */
export function parseTrace(text: string): Call[] {
  return text.split('\n').flatMap((line) => {
    const [, at, name, file = ''] = /^\d+\s+([\d.]+) (\w+)\(\d+<([^>]*)>/.exec(line) ?? [];
    if (!at || !name) return [];
    const waitsForDisk = name === 'fsync' || name === 'fdatasync';
    const isWal = !waitsForDisk && file.endsWith('-wal');
    // The size that was requested: an interrupted call reports on a later line what it wrote.
    const bytes = /, (\d+)(?:, \d+)?(?:\)| <unfinished)/.exec(line)?.[1];
    return { at: Number(at) * 1_000, waitsForDisk, walBytes: isWal ? Number(bytes ?? 0) : 0 };
  });
}

export function tracedCost(calls: Call[], { from, to }: Phase): { bytes: number; fsyncs?: number } {
  const within = calls.filter(({ at }) => at >= from && at <= to);
  return {
    bytes: within.reduce((sum, { walBytes }) => sum + walBytes, 0),
    fsyncs: within.filter(({ waitsForDisk }) => waitsForDisk).length,
  };
}
