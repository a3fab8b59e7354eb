/** The real worker, and a way to make it crash. */
import { parentPort } from 'node:worker_threads';
import '../../src/embedding/local/worker.ts';

parentPort?.on('message', ({ embed }: { embed?: string[] }) => {
  if (embed?.includes('crash')) throw new Error('out of memory');
});
