import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { importPeer, type Numbered, numbers, type Place, type System } from './system.ts';

interface Job {
  data: string;
}

interface Queue {
  add(type: string, data: unknown): unknown;
  addMany(type: string, data: unknown[]): unknown;
  countJobs(query: { status: number }): number;
  close(): void;
}

interface Worker {
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Module {
  bun(db: Database): unknown;
  defineQueue(options: object): Queue;
  defineWorker(type: string, handle: (job: Job) => unknown, options: object): Worker;
}

const WAITING = 0;
const RUNNING = 1;

/** With `synchronous=FULL`: its own setting, NORMAL, does not survive a power cut. */
export async function openPlainjob(place: Place): Promise<System> {
  const { bun, defineQueue, defineWorker } = await importPeer<Module>('plainjob');
  const db = new Database(join(place.folder, 'plainjob.sqlite'), { create: true, strict: true });
  const logger = { debug() {}, info() {}, warn() {}, error: console.error };
  const queue = defineQueue({ connection: bun(db), logger });
  db.run('PRAGMA synchronous = FULL');
  const workers: Worker[] = [];
  return {
    enqueue: (n) => queue.add('bench', { n }),
    enqueueBulk: (from, count) => queue.addMany('bench', numbers(from, count)),
    work(handle) {
      const run = ({ data }: Job) => handle((JSON.parse(data) as Numbered).n);
      for (let count = 0; count < place.concurrency; count++) {
        const worker = defineWorker('bench', run, { queue, logger });
        workers.push(worker);
        void worker.start();
      }
    },
    unfinished: () => queue.countJobs({ status: WAITING }) + queue.countJobs({ status: RUNNING }),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      queue.close();
    },
  };
}
