import { startsLater } from '../text/start_text.ts';
import type { Job, Pause, Wait } from './job.ts';
import { isWaiting } from './lifecycle.ts';

/** What people have paused, and the first jobs of the queue in its order. */
interface Queue {
  pauseOf: (job: Job) => Pause | undefined;
  first: readonly Job[];
}

/** The positions of jobs in the queues of their types, 1 = next; those that start later have none. */
export function placesIn({ first, pauseOf }: Queue, now: Date): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  const places = new Map<string, number>();
  for (const job of first) {
    if (job.status !== 'queued' || startsLater(job, now) || pauseOf(job)) continue;
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
    const [pause, place] = [queue.pauseOf(job), places.get(job.id)];
    return { ...(pause && { pause }), ...(place !== undefined && { place }) };
  };
}
