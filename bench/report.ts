/**
 * Measures everything and prints `docs/performance.md`: `bun run bench > docs/performance.md`.
 *
 *     bun bench/report.ts [--quick] [--rounds 3] [--only drain10,finished] [--save results.jsonl]
 *     bun bench/report.ts --from results.jsonl      prints saved results
 */
import { join } from 'node:path';
import { bench as benchOfEmbedding } from './embed.ts';
import { http } from './http.ts';
import { queue } from './queue.ts';
import { scale } from './scale.ts';
import { bench as benchOfStart } from './start.ts';
import { describeMachine } from './suite/machine.ts';
import { criteriaTable, percent } from './suite/markdown.ts';
import { readOptions } from './suite/options.ts';
import type { Results } from './suite/results.ts';
import { failures, runSuites } from './suite/run.ts';
import type { Suite } from './suite/suite.ts';

const INTRODUCTION = `# Performance

What a job costs, how the cost grows, and how it compares with other job systems. The figures come from
one run of \`bun run bench\`.

\`\`\`sh
bun run bench > docs/performance.md      # writes this page anew; progress goes to standard error
bun run bench --quick                    # one short round of everything, in less than two minutes
bun bench/queue.ts --only drain10        # one part; bench/scale.ts and bench/http.ts take the same options
bun bench/queue.ts --only drain/xgpt,enqueue/bare-one --rounds 5
bun run bench --patience 60              # waits up to a minute for a quiet machine before each measurement
bun run bench --save results.jsonl       # keeps each result as a line of JSON
bun run bench --from results.jsonl       # prints those results again
\`\`\`

The benchmark needs Linux. The first run installs the other job systems into \`bench/node_modules\`. Redis
and PostgreSQL (Debian packages \`redis-server\` and \`postgresql\`) run on loopback during the benchmark, with
their data in a temporary folder; a system that is not installed is left out. \`strace\` counts fsyncs, and
\`wrk\` makes requests where it is installed.`;

const ABOUT = new Map<Suite, string>([
  [
    queue,
    `Every system gets the same jobs. Their handler only records the job's number, so the figures are the
cost of the queue alone. A drain is timed from its first delivery and ends after a second, or when 2,500
jobs (one at a time) or 8,000 jobs (10 and 100 at once) have ended. Enqueueing lasts a second. xgpt and
plainjob commit with \`synchronous=FULL\`, Redis appends with \`appendfsync always\`, PostgreSQL runs with its
defaults. Bare SQLite is one small table with one partial index, also with \`synchronous=FULL\`: with two
commits per job (its claim, its end), with one (its end together with the next claim), and with one for
all jobs that run or arrive in the same turn of the event loop, which is the ceiling. "On xgpt's tables" is
SQLite alone, with the statements of xgpt on the tables of xgpt, and one commit per job. It differs from
the small table by the pages that xgpt also writes (indexes for the id, type and status of a job, and the
log of changes for other processes), about 7 µs of a commit each. It differs from xgpt by xgpt's own code.

Latency is the time from the call of \`enqueue\` to the handler's first line, with idle workers. plainjob
polls once a second; bunqueue, embedded, runs jobs only in the process that enqueued them. \`strace\` counts
the cost of a job: bytes written to the WAL, where a page takes 4,120 bytes, and calls of fsync and
fdatasync.`,
  ],
  [
    scale,
    `The history consists of real jobs: ten are run, and one of them is copied by SQL as often as needed,
spread over the last hour. Jobs are enqueued one by one (the median of up to 2,000 calls) and drained 10
at once. The server is idle for five seconds and then starts 200 scrapes, one after the other. Waiting jobs
are in the same queue; running jobs keep running while others are claimed and ended beside them.`,
  ],
  [
    http,
    `The bare server is \`Bun.serve\` with one SQLite table: it parses the JSON, inserts a row with
\`synchronous=FULL\` and answers with it. It has no routes, no checks, no sign-ins and no taskbar. Two
parts of xgpt stand beside it, each alone: Elysia before that table, and xgpt's \`enqueue\` (the check of
the input, xgpt's tables, the claim by the runner) behind a bare server. They are the ceilings of the whole.

While quick jobs drain, \`/healthz\` is requested every 10 ms, whether the last answer has arrived or not.
Another process enqueues the jobs: scrapes of one post with no pause between pages, embeds with nothing to
embed, and searches for one post. The largest gap is the longest time in which the taskbar's stream sent
no event. The idle server is measured for 20 seconds.`,
  ],
]);

/** Below this share of idle cores, other programs have used the machine. */
const QUIET = 0.8;

const DISTURBED = `

**Others used the machine during this run.** Ratios between rows were measured under different load and
say little; counts (fsyncs, WAL, deliveries) and growth by whole powers of ten hold.`;

/** Measured by itself. */
const FINDS = (await Bun.file(join(import.meta.dir, 'find/results.md')).text()).trim();

const OTHERS = `## The other benches

Each runs by itself and prints its own limits:

- \`bun bench/stream.ts\`: a thousand readers of the taskbar, and ten thousand connections
- \`bun bench/responsiveness.ts\`: the server while the local model embeds
- \`bun bench/history.ts\`: lists, pages and deletion with a million finished jobs
- \`bun bench/library.ts\`: saving and finding posts
- \`bun bench/embed.ts\`: the local model
- \`bun bench/find/meaning.ts\`, \`words.ts\`, \`pages.ts\`, \`export.ts\`: finds
- \`bun bench/cluster.ts\`: jobs on PostgreSQL beside BullMQ
- \`bun bench/cluster_nodes.ts\`: how soon five hosts tell each other
- \`bun bench/cluster_idle.ts\`: what five idle machines ask of PostgreSQL
- \`bun bench/metrics.ts\`: a scrape of /metrics with a million ended jobs`;

const isWhole = process.argv.slice(2).every((word) => !/^--(only|from)/.test(word));
const options = readOptions();
const machine = describeMachine();
const results = await runSuites([...ABOUT.keys()], options);
const start = isWhole ? await benchOfStart() : undefined;
const embedding = isWhole ? await benchOfEmbedding(...sizeOfEmbedding()) : undefined;

console.log(
  [
    INTRODUCTION,
    `## Machine\n\n${machine}`,
    `## Method\n\n${method(results)}`,
    ...[...ABOUT].map(([suite, about]) => section(suite, about)),
    criteria(),
    failures(results),
    start && `## The start\n\n${start.text}`,
    embedding && `## Embedding\n\n${embedding.text}`,
    FINDS,
    OTHERS,
  ]
    .filter(Boolean)
    .join('\n\n'),
);

function method({ rounds, idle }: Results): string {
  const kind = options.quick
    ? 'This was a quick run, which only shows that everything works.'
    : `All figures are medians of ${rounds} ${rounds === '1' ? 'round' : 'rounds'}.`;
  return `${kind} Every measurement runs in its own process, and each round starts at another place in
the list. Before each measurement, the idle share of the cores was measured for 150 ms: the median is
${percent(idle.median)}, and a tenth of them is ${percent(idle.worstTenth)} or less.${idle.median < QUIET ? DISTURBED : ''}`;
}

function section(suite: Suite, about: string): string {
  const tables = suite.tables(results);
  return tables && `## ${suite.title}\n\n${about}\n\n${tables}`;
}

function sizeOfEmbedding(): [rounds?: number, size?: number, patienceS?: number] {
  return options.quick ? [1, 32, options.patience] : [undefined, undefined, options.patience];
}

function criteria(): string {
  const all = [...ABOUT.keys()].flatMap((suite) => suite.criteria(results));
  all.push(...(start?.criteria ?? []), ...(embedding?.criteria ?? []));
  return `## Criteria\n\n${criteriaTable(all)}`;
}
