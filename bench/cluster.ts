/**
 * Jobs on PostgreSQL, also handed out by BullMQ, beside bare BullMQ, whose records are on the same server or on
 * Redis, in the same run:
 *
 *     bun bench/cluster.ts [--quick] [--rounds 3] [--only drain10,callers50/bullmq-postgres]
 */
import { peer } from './peers/index.ts';
import { measureLatency, measureLatencyApart } from './queue/latency.ts';
import { type Measure, of } from './queue/of_peers.ts';
import { measureShared } from './queue/shared.ts';
import { measureBulk, measureDrain, measureEnqueue } from './queue/throughput.ts';
import {
  atLeast,
  atMost,
  type Cell,
  figureAtMost,
  ratioOf,
  table,
  times,
} from './suite/markdown.ts';
import type { Results } from './suite/results.ts';
import { main } from './suite/run.ts';
import type { Criterion, Setting, Suite } from './suite/suite.ts';

const OWN = 'xgpt-postgres';
const OURS = [OWN, 'xgpt-tickets-redis', 'xgpt-tickets-postgres'];
const PEERS = [...OURS, 'bullmq-postgres', 'bullmq-redis'];

/** Processes that run jobs beside the one that starts them. */
const WORKERS = 5;

const THROUGHPUT = [
  ['drain1', 'drain, 1 at once'],
  ['drain10', '10 at once'],
  ['drain100', '100 at once'],
  ['enqueue', 'enqueue, 1 caller'],
  ['callers50', '50 callers'],
  ['bulk', 'bulk of 1,000'],
] as const;

const LATENCY = [
  ['latency', 'ms from enqueue to start, same process'],
  ['latency-apart', 'ms from enqueue to start, another process'],
] as const;

const limit = ({ quick }: Setting) => (quick ? 500 : 2_000);

const drain: Measure = (system, setting) =>
  measureDrain(system, setting.quick ? 400 : 4_000, limit(setting));

export const cluster: Suite = {
  title: 'Jobs on PostgreSQL',
  script: import.meta.path,
  measurements: [
    ...of('drain1', PEERS, 1, drain),
    ...of('drain10', PEERS, 10, drain),
    ...of('drain100', PEERS, 100, drain),
    ...of('enqueue', PEERS, 1, (system, setting) => measureEnqueue(system, 1, limit(setting))),
    ...of('callers50', PEERS, 1, (system, setting) => measureEnqueue(system, 50, limit(setting))),
    ...of('bulk', PEERS, 1, (system, setting) => measureBulk(system, limit(setting))),
    ...of('latency', PEERS, 1, (system, { quick }) =>
      measureLatency(system, quick ? 20 : 100, 4_000),
    ),
    ...PEERS.map(peer).map((each) => ({
      name: 'latency-apart',
      subject: each.name,
      requires: each.requires,
      run: (setting: Setting) => measureLatencyApart(each, setting, setting.quick ? 15 : 80, 4_000),
    })),
    ...OURS.map(peer).map((each) => ({
      name: 'shared',
      subject: each.name,
      requires: each.requires,
      run: (setting: Setting) =>
        measureShared(each, setting, { workers: WORKERS, samples: setting.quick ? 20 : 150 }),
    })),
  ],
  tables: (results) =>
    [throughput(results), latencies(results), shared(results)].filter(Boolean).join('\n\n'),
  criteria,
};

const rate = (results: Results, name: string, subject: string) =>
  results.median(name, subject, 'perSecond');

function ratio(results: Results, name: string, other: string): number | undefined {
  return ratioOf(rate(results, name, OWN), rate(results, name, other));
}

function throughput(results: Results): string {
  const columns = THROUGHPUT.filter(([name]) => results.has(name));
  if (columns.length === 0) return '';
  const rows = PEERS.map((subject): Cell[] => [
    peer(subject).title,
    ...columns.map(([name]) => rate(results, name, subject)),
  ]);
  const ratios = PEERS.filter((other) => !OURS.includes(other)).map((other): Cell[] => [
    `xgpt to ${peer(other).title}`,
    ...columns.map(([name]) => {
      const found = ratio(results, name, other);
      return found === undefined ? undefined : times(found);
    }),
  ]);
  return `### Throughput\n\n${table(['jobs a second', ...columns.map(([, title]) => title)], [...rows, ...ratios])}`;
}

function latencies(results: Results): string {
  const parts = LATENCY.filter(([name]) => results.has(name)).map(([name, title]) =>
    table(
      [title, 'p50', 'p99', 'samples a round'],
      results
        .subjects(name)
        .map((subject): Cell[] => [
          peer(subject).title,
          ...['p50', 'p99', 'samples'].map((which) => results.median(name, subject, which)),
        ]),
    ),
  );
  return parts.length > 0 ? ['### Latency', ...parts].join('\n\n') : '';
}

function shared(results: Results): string {
  if (!results.has('shared')) return '';
  const rows = OURS.map((subject): Cell[] => [
    peer(subject).title,
    ...['p50', 'p99', 'transactions'].map((which) => results.median('shared', subject, which)),
  ]);
  const title = `ms from enqueue to start, ${WORKERS} other processes`;
  return `### Several processes\n\n${table([title, 'p50', 'p99', 'transactions a job'], rows)}`;
}

function criteria(results: Results): Criterion[] {
  const apart = (which: string) => results.median('latency-apart', OWN, which);
  return [
    ...['bullmq-postgres', 'bullmq-redis'].flatMap((other) => [
      atLeast(
        `enqueue by 50 callers, to ${peer(other).title}`,
        ratio(results, 'callers50', other),
        0.8,
      ),
      atLeast(`drain at 10, to ${peer(other).title}`, ratio(results, 'drain10', other), 0.6),
      atLeast(`drain at 100, to ${peer(other).title}`, ratio(results, 'drain100', other), 0.6),
    ]),
    figureAtMost('start in another process, p50', apart('p50'), 60, 'ms'),
    atMost(
      'start in another process, to BullMQ on PostgreSQL, p99',
      ratioOf(apart('p99'), results.median('latency-apart', 'bullmq-postgres', 'p99')),
      1,
    ),
  ];
}

if (import.meta.main) await main(cluster);
