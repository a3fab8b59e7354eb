import { z } from 'zod';
import { MAX_CONCURRENCY } from '../../jobs/index.ts';
import { once } from '../../platform/once.ts';

/** The schemas of queues and processes; see `answers.ts`. */

const time = once(() => z.date());
const count = once(() => z.int().nonnegative());

const typeQueue = once(() =>
  z.object({
    type: z.string(),
    waiting: count(),
    running: count(),
    oldestSince: time()
      .optional()
      .describe('Since when the job waits that has been able to start for the longest time.'),
    concurrency: count()
      .optional()
      .describe('How many run at once in all processes; absent for a type unknown to the server.'),
    ownConcurrency: count()
      .optional()
      .describe('The server’s own limit, where another one is set for all processes.'),
    pausedAt: time().optional().describe('Since when none of its jobs is started.'),
    unserved: z
      .literal(true)
      .optional()
      .describe('No running process has the type, so that its jobs wait.'),
  }),
);

const sourceQueue = once(() =>
  z.object({
    name: z.string(),
    label: z.string().describe('For use in a sentence.'),
    pausedAt: time().optional().describe('Since when none of its jobs is started.'),
  }),
);

const worker = once(() =>
  z.object({
    kind: z.string(),
    pid: count(),
    host: z.string(),
    version: z.string().optional(),
    startedAt: time(),
    seenAt: time().describe('When it last wrote its heartbeat.'),
    jobs: z.array(z.string()).describe('The ids of the jobs that it runs.'),
  }),
);

const EXAMPLE = { type: 'scrape', waiting: 3, running: 1, concurrency: 2 };
const SOURCE = { name: 'sample', label: 'the synthetic sample' };

export const QUEUE_SCHEMAS = {
  Types: once(() =>
    z.object({ types: z.array(typeQueue()) }).meta({ examples: [{ types: [EXAMPLE] }] }),
  ),
  TypeAnswer: once(() => z.object({ type: typeQueue() }).meta({ examples: [{ type: EXAMPLE }] })),
  SourceQueueAnswer: once(() =>
    z.object({ source: sourceQueue() }).meta({ examples: [{ source: SOURCE }] }),
  ),
  Workers: once(() =>
    z.object({
      processes: z.array(worker()),
      types: z.array(typeQueue()).describe('As GET /api/types.'),
      sources: z.array(sourceQueue()),
    }),
  ),
};

/** The number, or nothing for each process's own limit; checked where it is set. */
export const concurrencyBody = () =>
  z.object({
    concurrency: z
      .int()
      .min(1)
      .max(MAX_CONCURRENCY)
      .nullable()
      .meta({ description: 'How many run at once; null: what each process has set.' })
      .optional(),
  });
