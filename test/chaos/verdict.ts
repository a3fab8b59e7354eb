import type { Job } from '../../src/jobs/index.ts';
import type { Life } from './process.ts';
import type { TraceLine } from './trace.ts';

/** How long a process that was frozen may take to notice that it lost its job, in ms. */
const NOTICES_MS = 3_000;

interface Attempt {
  attempt: number;
  pid: number;
  from: number;
  to: number;
  commits: number[];
}

/** The faults that the handlers' trace shows, one sentence each. */
export function faultsIn(trace: TraceLine[], jobs: Job[], lives: Life[]): string[] {
  const byJob = Map.groupBy(trace, ({ job }) => job);
  return jobs.flatMap((job) => {
    const attempts = attemptsIn(byJob.get(job.id) ?? [], lives);
    return [...faultsOfAttempts(job, attempts, lives), ...faultsOfEnd(job, attempts)];
  });
}

function attemptsIn(lines: TraceLine[], lives: Life[]): Attempt[] {
  const begins = lines.filter(({ what }) => what === 'begin');
  return begins.map(({ attempt, pid, at }) => {
    const own = lines.filter((line) => line.attempt === attempt && line.pid === pid);
    const end = own.find(({ what }) => what === 'end')?.at ?? Number.POSITIVE_INFINITY;
    const death = lives.find((life) => life.pid === pid)?.endedAt ?? Number.POSITIVE_INFINITY;
    const commits = own.filter(({ what }) => what === 'commit').map((line) => line.at);
    return { attempt, pid, from: at, to: Math.min(end, death), commits };
  });
}

function faultsOfAttempts({ id }: Job, attempts: Attempt[], lives: Life[]): string[] {
  const inOrder = attempts.toSorted((a, b) => a.attempt - b.attempt);
  return inOrder.slice(1).flatMap((later, index) => {
    const earlier = inOrder[index] as Attempt;
    const faults: string[] = [];
    if (later.attempt === earlier.attempt)
      faults.push(`${id} was claimed twice as ${later.attempt}.`);
    const isBack = later.from < earlier.from && !frozenDuring(earlier, later, lives);
    if (isBack) faults.push(`${id}: attempt ${later.attempt} began too early.`);
    const late = earlier.commits.filter((at) => at > later.from);
    if (late.length > 0)
      faults.push(`${id}: ${earlier.attempt} committed after ${later.attempt} began.`);
    if (overlap(earlier, later, lives) > 0) {
      faults.push(`${id}: attempts ${earlier.attempt} and ${later.attempt} ran at the same time.`);
    }
    return faults;
  });
}

/** How long both ran at once, in ms, less the time a frozen process has to notice. */
function overlap(earlier: Attempt, later: Attempt, lives: Life[]): number {
  const frozen = frozenDuring(earlier, later, lives);
  const allowedTo = frozen ? frozen.to + NOTICES_MS : Math.max(earlier.from, later.from);
  return Math.max(0, Math.min(earlier.to, later.to) - allowedTo);
}

/** The freeze of the earlier attempt's process during or right after which the later one began. */
function frozenDuring(earlier: Attempt, later: Attempt, lives: Life[]) {
  const stops = lives.find(({ pid }) => pid === earlier.pid)?.stops ?? [];
  return stops.find(({ from, to }) => from <= later.from && later.from <= to + NOTICES_MS);
}

function faultsOfEnd(job: Job, attempts: Attempt[]): string[] {
  if (!job.completedAt) return [`${job.id} is stuck: ${job.status}.`];
  const faults: string[] = [];
  if (job.status === 'completed' && job.errorMessage)
    faults.push(`${job.id} completed and failed.`);
  if (job.status === 'completed' && !attempts.some(({ attempt }) => attempt === job.attempt)) {
    faults.push(`${job.id} completed without having run.`);
  }
  if (job.status === 'failed') faults.push(`${job.id} failed: ${job.errorMessage}`);
  return faults;
}
