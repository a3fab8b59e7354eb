/**
 * A worker in a separate process that runs one job, which writes numbered lines to its log at a
 * steady rate. The server on the same data folder does not know the job's type and cannot claim it.
 */
import { join } from 'node:path';
import { createTracker } from '../../src/jobs/index.ts';
import { errand } from './jobs.ts';

/** Time between writes, in ms; each writes all lines that are due. */
const TURN_MS = 5;

interface Writing {
  dataDir: string;
  lines: number;
  perSecond: number;
}

/** Starts the worker; the job writes nothing before `begin`. */
export async function startLogWriter(writing: Writing) {
  const ready = Promise.withResolvers<string>();
  const child = Bun.spawn([process.execPath, import.meta.path, JSON.stringify(writing)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (message) => ready.resolve(message),
  });
  void child.exited.then(() => ready.reject(new Error('The writer ended before its job began.')));
  return {
    id: await ready.promise,
    begin: () => child.send('begin'),
    end: async () => {
      child.disconnect();
      await child.exited;
    },
  };
}

/** The complete log. */
export function writtenLines(count: number): string {
  return Array.from({ length: count }, (_, index) => lineAt(index)).join('');
}

function lineAt(index: number): string {
  return `line ${index} · zwölf 行 ${'.'.repeat(index % 60)}|\n`;
}

async function main({ dataDir, lines, perSecond }: Writing): Promise<void> {
  const begun = new Promise((resolve) => process.once('message', resolve));
  const tracker = createTracker({
    database: join(dataDir, 'xgpt.sqlite'),
    definitions: [
      errand(async (_, job) => {
        process.send?.(job.jobId);
        await begun;
        const startedAt = performance.now();
        for (let written = 0; written < lines; await Bun.sleep(TURN_MS)) {
          const due = ((performance.now() - startedAt) / 1000) * perSecond;
          for (; written < Math.min(due, lines); written++) job.log(lineAt(written).trimEnd());
        }
      }),
    ],
  });
  process.on('disconnect', () => process.exit(0));
  await tracker.start();
  await tracker.enqueue('errand', { name: 'writer' });
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? ''));
