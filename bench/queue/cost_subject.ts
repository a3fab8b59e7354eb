/** `bun cost_subject.ts FOLDER JOBS CONCURRENCY`: jobs to be traced by `strace`. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, openXgpt } from '../peers/xgpt.ts';
import { until } from '../suite/clock.ts';

export interface Phase {
  /** Both in ms of Unix time, as in the output of `strace`. */
  from: number;
  to: number;
  /** In bytes; there are no checkpoints meanwhile. */
  walGrowth: number;
}

export interface Phases {
  enqueue: Phase;
  drain: Phase;
}

const [folder = '', jobs = '', concurrency = ''] = process.argv.slice(2);
const system = await openXgpt(
  { folder, servers: {}, concurrency: Number(concurrency) },
  { checkpoints: false },
);

const enqueue = await phase(async () => {
  for (let n = 0; n < Number(jobs); n++) await system.enqueue(n);
});
const drain = await phase(async () => {
  await system.work(() => {});
  await until(async () => (await system.unfinished()) === 0, 120_000, 20);
});
console.log(JSON.stringify({ enqueue, drain } satisfies Phases));
process.exit(0);

async function phase(run: () => Promise<void>): Promise<Phase> {
  const before = walSize();
  const from = Date.now();
  await run();
  return { from, to: Date.now(), walGrowth: walSize() - before };
}

function walSize(): number {
  return statSync(join(folder, `${DATABASE_FILE}-wal`)).size;
}
