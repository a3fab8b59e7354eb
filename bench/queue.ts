/**
 * The tracker and its peers doing the same work, each in its own process:
 *
 *     bun bench/queue.ts [--quick] [--rounds 3] [--only drain10,enqueue/xgpt] [--save results.jsonl]
 */
import { peer } from './peers/index.ts';
import type { Peer } from './peers/system.ts';
import { measureChange } from './queue/change.ts';
import { measureCost } from './queue/cost.ts';
import { measureLatency, measureLatencyApart } from './queue/latency.ts';
import { type Measure, of } from './queue/of_peers.ts';
import { measureBulk, measureDrain, measureEnqueue } from './queue/throughput.ts';
import {
  atLeast,
  atMost,
  type Cell,
  figureAtMost,
  number,
  ratioOf,
  table,
  times,
} from './suite/markdown.ts';
import type { Results } from './suite/results.ts';
import { main } from './suite/run.ts';
import type { Criterion, Measurement, Setting, Suite } from './suite/suite.ts';

const DRAIN_AT = [1, 10, 100];
const LIMIT_MS = { quick: 300, full: 1_000 };

/** Systems whose acknowledged jobs survive a power cut, and what SQLite itself can do. */
const DURABLE = ['xgpt', 'bullmq-redis', 'bullmq-postgres', 'plainjob'];
const BARE = ['bare-two', 'bare-one', 'bare-tables', 'bare-grouped'];

/** Enough jobs for each drain to warm up. */
const JOBS: Record<string, number> = {
  'bare-grouped': 40_000,
  'bare-one': 8_000,
  'bare-tables': 8_000,
};

/** A page of 4,096 bytes with its header, as it is stored in the WAL. */
const PAGE_KB = 4.12;

export const queue: Suite = {
  title: 'The queue beside its peers',
  script: import.meta.path,
  measurements: [
    ...DRAIN_AT.flatMap((concurrency) =>
      [...DURABLE, ...BARE].flatMap((name) =>
        of(`drain${concurrency}`, [name], concurrency, drain(concurrency, name)),
      ),
    ),
    ...of('enqueue', [...DURABLE, 'bare-one', 'bare-tables'], 1, (system, setting) =>
      measureEnqueue(system, 1, limit(setting)),
    ),
    ...of('callers50', [...DURABLE, 'bare-one', 'bare-grouped'], 1, (system, setting) =>
      measureEnqueue(system, 50, limit(setting)),
    ),
    ...of('bulk', [...DURABLE, 'bare-one', 'bare-tables'], 1, (system, setting) =>
      measureBulk(system, limit(setting)),
    ),
    ...DRAIN_AT.map((concurrency) => costOf(concurrency)),
    ...of('latency', [...DURABLE, 'bullmq-memory', 'bunqueue'], 1, (system, { quick }) =>
      measureLatency(system, quick ? 20 : 100, quick ? 800 : 2_000),
    ),
    ...[...DURABLE, 'bullmq-memory'].map((name) => latencyApart(peer(name))),
    {
      name: 'change',
      subject: 'xgpt',
      run: (setting) => measureChange(setting, setting.quick ? 8 : 40),
    },
  ],
  tables: (results) =>
    [throughput(results), deliveries(results), cost(results), latencies(results)]
      .filter(Boolean)
      .join('\n\n'),
  criteria,
};

function limit({ quick }: Setting): number {
  return quick ? LIMIT_MS.quick : LIMIT_MS.full;
}

function drain(concurrency: number, name: string): Measure {
  const jobs = concurrency === 1 ? 2_500 : (JOBS[name] ?? 8_000);
  return (system, setting) => measureDrain(system, setting.quick ? 400 : jobs, limit(setting));
}

function costOf(concurrency: number): Measurement {
  return {
    name: `cost${concurrency}`,
    subject: 'xgpt',
    run: (setting) => measureCost(setting, setting.quick ? 100 : 500, concurrency),
  };
}

function latencyApart(each: Peer): Measurement {
  return {
    name: 'latency-apart',
    subject: each.name,
    requires: each.requires,
    run: (setting) =>
      measureLatencyApart(each, setting, setting.quick ? 15 : 80, setting.quick ? 1_000 : 2_500),
  };
}

function throughput(results: Results): string {
  const columns = [
    ['drain1', 'drain, 1 at once'],
    ['drain10', '10 at once'],
    ['drain100', '100 at once'],
    ['enqueue', 'enqueue, 1 caller'],
    ['callers50', '50 callers'],
    ['bulk', 'bulk of 1,000'],
  ].filter(([name = '']) => results.has(name));
  if (columns.length === 0) return '';
  const rate = (name: string, subject: string) => results.median(name, subject, 'perSecond');
  const rows = [...DURABLE, ...BARE].map((subject): Cell[] => [
    peer(subject).title,
    ...columns.map(([name = '']) => rate(name, subject)),
  ]);
  const ratios = ['bullmq-redis', 'bare-two', 'bare-one', 'bare-tables', 'bare-grouped'].map(
    (other): Cell[] => [
      `xgpt to ${peer(other).title}`,
      ...columns.map(([name = '']) => {
        const ratio = ratioOf(rate(name, 'xgpt'), rate(name, other));
        return ratio === undefined ? undefined : times(ratio);
      }),
    ],
  );
  const isKnown = (row: Cell[]) => row.slice(1).some((cell) => cell !== undefined);
  const head = [
    'jobs a second, all safe from a power cut',
    ...columns.map(([, title = '']) => title),
  ];
  return `### Throughput\n\n${table(head, [...rows, ...ratios].filter(isKnown))}`;
}

function deliveries(results: Results): string {
  const subjects = [...DURABLE, ...BARE].filter((subject) =>
    DRAIN_AT.some((at) => results.subjects(`drain${at}`).includes(subject)),
  );
  if (subjects.length === 0) return '';
  const rows = subjects.map((subject): Cell[] => [
    peer(subject).title,
    results.total(subject, 'ended'),
    results.total(subject, 'twice'),
    results.total(subject, 'lost'),
  ]);
  return `### Deliveries\n\n${table(['all drains together', 'ended', 'delivered twice', 'lost'], rows)}`;
}

function cost(results: Results): string {
  const measured = DRAIN_AT.filter((at) => results.has(`cost${at}`));
  if (measured.length === 0) return '';
  const rows = measured.map((at): Cell[] => {
    const figure = (name: string) => results.median(`cost${at}`, 'xgpt', name);
    const whole = wholeCost(results, at);
    return [
      `${at} at once`,
      figure('enqueueKb'),
      figure('drainKb'),
      whole,
      whole === undefined ? undefined : whole / PAGE_KB,
      figure('enqueueFsyncs'),
      figure('drainFsyncs'),
    ];
  });
  const head = [
    'xgpt, a job',
    'enqueue, KB of WAL',
    'drain, KB of WAL',
    'both, KB',
    'both, pages',
    'enqueue, fsyncs',
    'drain, fsyncs',
  ];
  const note = Bun.which('strace') ? '' : '\n\n`strace` is not installed: fsyncs are left out.';
  return `### What a job costs\n\n${table(head, rows)}${note}`;
}

/** KB of WAL of a job from its enqueueing to its end. */
function wholeCost(results: Results, concurrency: number): number | undefined {
  const figure = (name: string) => results.median(`cost${concurrency}`, 'xgpt', name);
  const [enqueue, drained] = [figure('enqueueKb'), figure('drainKb')];
  return enqueue === undefined || drained === undefined ? undefined : enqueue + drained;
}

function latencies(results: Results): string {
  const row = (name: string, subject: string): Cell[] => {
    const figure = (which: string) => results.median(name, subject, which);
    return [
      name === 'change'
        ? 'a change by another process, until a stream has it'
        : peer(subject).title,
      figure('p50'),
      figure('p99'),
      figure('samples'),
      name === 'change' ? undefined : peer(subject).survives,
    ];
  };
  const part = (title: string, name: string) => {
    const rows = results.subjects(name).map((subject) => row(name, subject));
    const head = [title, 'p50', 'p99', 'samples a round', 'a job survives'];
    return rows.length > 0 ? [table(head, rows)] : [];
  };
  const parts = [
    ...part('ms from enqueue to start, same process', 'latency'),
    ...part('ms from enqueue to start, another process', 'latency-apart'),
    ...part('ms', 'change'),
  ];
  return parts.length > 0 ? ['### Latency', ...parts].join('\n\n') : '';
}

function criteria(results: Results): Criterion[] {
  const rate = (name: string, subject: string) => results.median(name, subject, 'perSecond');
  const toRedis = (name: string) => ratioOf(rate(name, 'xgpt'), rate(name, 'bullmq-redis'));
  const late = (name: string, subject: string, which: string) =>
    results.median(name, subject, which);
  const apart = (which: string) =>
    ratioOf(late('latency-apart', 'xgpt', which), late('latency-apart', 'bullmq-postgres', which));
  const bare = bareWithAsManyCommits(results);
  return [
    atLeast('drain at 10, to BullMQ on Redis always', toRedis('drain10'), 2),
    atLeast('drain at 100, to BullMQ on Redis always', toRedis('drain100'), 2),
    atLeast('enqueue by 50 callers, to BullMQ on Redis always', toRedis('callers50'), 2),
    atLeast(
      `drain at 1, to ${peer(bare).title}`,
      ratioOf(rate('drain1', 'xgpt'), rate('drain1', bare)),
      0.9,
    ),
    atLeast(
      'enqueue one by one, to bare SQLite',
      ratioOf(rate('enqueue', 'xgpt'), rate('enqueue', 'bare-one')),
      0.9,
    ),
    bulk(results),
    deliveredOnce(results),
    figureAtMost('WAL of a job at 1, enqueue and drain', wholeCost(results, 1), 40, 'KB'),
    figureAtMost(
      'fsyncs of a drained job at 1',
      results.median('cost1', 'xgpt', 'drainFsyncs'),
      1.02,
      'a job',
    ),
    figureAtMost(
      'fsyncs of a drained job at 100',
      results.median('cost100', 'xgpt', 'drainFsyncs'),
      0.1,
      'a job',
    ),
    atMost('start in the same process, to the fastest peer, p50', toFastestPeer(results), 1),
    atMost('start in another process, to BullMQ on PostgreSQL, p50', apart('p50'), 0.9),
    atMost('start in another process, to BullMQ on PostgreSQL, p99', apart('p99'), 0.9),
    figureAtMost(
      'a change by another process reaches a stream, p50',
      late('change', 'xgpt', 'p50'),
      10.75,
      'ms',
    ),
  ];
}

/** xgpt ends a job and claims the next in one commit, so it is compared with SQLite doing the same. */
function bareWithAsManyCommits(results: Results): string {
  const fsyncs = results.median('cost1', 'xgpt', 'drainFsyncs') ?? 1;
  return fsyncs < 1.5 ? 'bare-one' : 'bare-two';
}

function bulk(results: Results): Criterion {
  const own = results.median('bulk', 'xgpt', 'perSecond');
  const redis = results.median('bulk', 'bullmq-redis', 'perSecond') ?? 0;
  const goal = Math.max(100_000, 5 * redis);
  return {
    what: 'bulk, to 100,000/s or five times BullMQ on Redis always',
    goal: `≥ ${number(goal)}/s`,
    value: own === undefined ? undefined : `${number(own)}/s`,
    reached: (own ?? 0) >= goal,
  };
}

function deliveredOnce(results: Results): Criterion {
  const isMeasured = ['drain1', 'drain10', 'drain100', 'enqueue', 'bulk'].some(
    (name) => results.median(name, 'xgpt', 'lost') !== undefined,
  );
  const wrong = results.total('xgpt', 'twice') + results.total('xgpt', 'lost');
  return {
    what: 'jobs lost or delivered twice',
    goal: 'none',
    value: isMeasured ? number(wrong) : undefined,
    reached: wrong === 0,
  };
}

function toFastestPeer(results: Results): number | undefined {
  const p50 = (subject: string) => results.median('latency', subject, 'p50');
  const peers = results.subjects('latency').filter((subject) => subject !== 'xgpt');
  const fastest = Math.min(...peers.flatMap((subject) => p50(subject) ?? []));
  return Number.isFinite(fastest) ? ratioOf(p50('xgpt'), fastest) : undefined;
}

if (import.meta.main) await main(queue);
