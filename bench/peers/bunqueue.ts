import { join } from 'node:path';
import { importPeer, type Numbered, numbers, type Place, type System } from './system.ts';

interface Queue {
  add(name: string, data: unknown): Promise<unknown>;
  addBulk(jobs: object[]): Promise<unknown>;
  getJobCountsAsync(): Promise<{ waiting?: number; active?: number }>;
  close(): Promise<void> | void;
}

interface Worker {
  close(force?: boolean): Promise<void>;
}

interface Module {
  Queue: new (name: string, options: object) => Queue;
  Worker: new (name: string, run: (job: { data: Numbered }) => unknown, options: object) => Worker;
}

/** Embedded, with its defaults: it writes to SQLite shortly after it has answered. */
export async function openBunqueue(place: Place): Promise<System> {
  const { Queue, Worker } = await importPeer<Module>('bunqueue/client');
  const options = { embedded: true, dataPath: join(place.folder, 'bunqueue.sqlite') };
  const queue = new Queue('bench', options);
  let worker: Worker | undefined;
  return {
    enqueue: (n) => queue.add('bench', { n }),
    enqueueBulk: (from, count) =>
      queue.addBulk(numbers(from, count).map((data) => ({ name: 'bench', data }))),
    work(handle) {
      const { concurrency } = place;
      worker = new Worker('bench', async ({ data }) => handle(data.n), { ...options, concurrency });
    },
    async unfinished() {
      const { waiting = 0, active = 0 } = await queue.getJobCountsAsync();
      return waiting + active;
    },
    async close() {
      await worker?.close(true);
      await queue.close();
    },
  };
}
