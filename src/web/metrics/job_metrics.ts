import type { EndedJobs } from '../../jobs/counters.ts';
import type { Tracker } from '../../jobs/index.ts';
import type { Distribution, Family, Sample } from './family.ts';

const OUTCOMES = ['completed', 'failed', 'cancelled'] as const;

/** Upper bounds of durations: 4 ms to 70 minutes, each twice the one before. */
const EXPONENTS = Array.from({ length: 21 }, (_, index) => index + 2);
const BOUNDS_SECONDS = EXPONENTS.map((exponent) => 2 ** exponent / 1_000);

/** Four buckets of a duration's logarithm are one of these. */
const PER_BOUND = 4;

/** Queues and what became of jobs, in all processes on the data folder. */
export function jobMetrics(tracker: Tracker, now: () => number = Date.now): Family[] {
  const perType = async (read: (queue: Queue) => number): Promise<Sample[]> =>
    (await queuesOf(tracker)).map((queue) => ({
      labels: { type: queue.type },
      value: read(queue),
    }));
  return [
    {
      name: 'xgpt_jobs_waiting',
      help: 'Jobs that wait for a worker or for their next attempt.',
      type: 'gauge',
      read: () => perType(({ waiting }) => waiting),
    },
    {
      name: 'xgpt_jobs_running',
      help: 'Jobs that run, in any process.',
      type: 'gauge',
      read: () => perType(({ running, tracked }) => running + tracked),
    },
    {
      name: 'xgpt_jobs_oldest_waiting_age_seconds',
      help: 'How long the first job of the queue has waited; 0 when none is due.',
      type: 'gauge',
      read: () => {
        const age = ({ oldestSince = now() }: Queue) => Math.max(0, now() - oldestSince) / 1_000;
        return perType(age);
      },
    },
    {
      name: 'xgpt_jobs_stalled',
      help: 'Running jobs that have stopped making progress.',
      type: 'gauge',
      read: async () => [{ value: (await tracker.reader.stalledJobs()).size }],
    },
    ...endMetrics(tracker),
  ];
}

function endMetrics(tracker: Tracker): Family[] {
  return [
    {
      name: 'xgpt_jobs_ended_total',
      help: 'Jobs that ended since this process started, in any process.',
      type: 'counter',
      read: () =>
        endedOf(tracker).map(({ count, ...of }) => ({ labels: labelsOf(of), value: count })),
    },
    {
      name: 'xgpt_job_duration_seconds',
      help: 'How long the last attempt of jobs that ended took.',
      type: 'histogram',
      read: () => endedOf(tracker).map(distribution),
    },
    {
      name: 'xgpt_job_retries_total',
      help: 'Attempts after which a job waits for another one, by how the attempt ended.',
      type: 'counter',
      read: () =>
        tracker.counters
          .repeated()
          .map(({ count, ...of }) => ({ labels: labelsOf(of), value: count })),
    },
  ];
}

type Queue = Awaited<ReturnType<Tracker['reader']['queues']>>[number];

/** Empty ones too: a series that comes and goes cannot be compared with itself. */
function queuesOf(tracker: Tracker): Promise<Queue[]> {
  return tracker.reader.queues(tracker.types);
}

/** Every outcome of every type: a counter that begins at 1 has no rate. */
function endedOf(tracker: Tracker): EndedJobs[] {
  const known = tracker.counters.ended();
  const types = new Set<string>([...tracker.types, ...known.map(({ type }) => type)]);
  return [...types].flatMap((type) =>
    OUTCOMES.map((outcome) => {
      const counted = known.find((each) => each.type === type && each.outcome === outcome);
      return counted ?? { type, outcome, count: 0, timed: 0, sumMs: 0, buckets: new Map() };
    }),
  );
}

function labelsOf({ type, outcome }: { type: string; outcome: string }) {
  return { type, outcome };
}

function distribution(ended: EndedJobs): Distribution {
  const counts = [...EXPONENTS, 0].map(() => 0);
  for (const [bucket, count] of ended.buckets) {
    const exponent = Math.floor(bucket / PER_BOUND) + 1;
    const index = Math.min(Math.max(exponent - 2, 0), EXPONENTS.length);
    counts[index] = (counts[index] ?? 0) + count;
  }
  return { labels: labelsOf(ended), bounds: BOUNDS_SECONDS, counts, sum: ended.sumMs / 1_000 };
}
