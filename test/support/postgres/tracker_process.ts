/** A process with a tracker of its own, which enqueues jobs when it is told to. */
import { createTracker } from '../../../src/jobs/index.ts';

/** Starts one. */
export async function startTracker(address: string) {
  const answers: ((ids: string[]) => void)[] = [];
  const child = Bun.spawn([process.execPath, import.meta.path, address], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (ids: string[]) => answers.shift()?.(ids),
  });
  const answer = () => new Promise<string[]>((resolve) => answers.push(resolve));
  await answer();
  return {
    /** Enqueues that many, one after the other. @returns their ids */
    enqueue(count: number): Promise<string[]> {
      child.send(count);
      return answer();
    },
    async stop(): Promise<void> {
      child.disconnect();
      await child.exited;
    },
  };
}

async function main(address: string): Promise<void> {
  const tracker = createTracker({ database: address });
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (count: number) => {
    const ids: string[] = [];
    for (let index = 0; index < count; index++)
      ids.push((await tracker.enqueue('scrape', { query: `${index}` })).id);
    process.send?.(ids);
  });
  await tracker.initialize();
  process.send?.([]);
}

if (import.meta.main) await main(process.argv[2] ?? '');
