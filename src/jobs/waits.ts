import { startsLater } from '../text/start_text.ts';
import type { Job, Wait } from './job.ts';
import { isWaiting } from './lifecycle.ts';

/** What holds up a job besides those before it: something is paused, or no running process has it. */
export type HoldOf = (job: Job) => Pick<Wait, 'pause' | 'lack'>;

/** What holds up jobs, and the first jobs of the queue in its order. */
interface Queue {
  holdOf: HoldOf;
  first: readonly Job[];
}

/** The positions of jobs in the queues of their types, 1 = next; those that are held up have none. */
export function placesIn({ first, holdOf }: Queue, now: Date): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  const places = new Map<string, number>();
  for (const job of first) {
    if (job.status !== 'queued' || startsLater(job, now)) continue;
    const { pause, lack } = holdOf(job);
    if (pause || lack) continue;
    const place = (lengths.get(job.type) ?? 0) + 1;
    lengths.set(job.type, place);
    places.set(job.id, place);
  }
  return places;
}

/** Tells why jobs wait. */
export function waitsOf(queue: Queue, now: Date): (job: Job) => Wait {
  const places = placesIn(queue, now);
  return (job) => {
    if (!isWaiting(job.status)) return {};
    const place = places.get(job.id);
    return { ...queue.holdOf(job), ...(place !== undefined && { place }) };
  };
}
