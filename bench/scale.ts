/**
 * How cost grows with the number of ended, waiting and running jobs.
 *
 *     bun bench/scale.ts [--quick] [--rounds 3] [--only finished,running1000] [--save results.jsonl]
 */
import {
  measureFinished,
  measureRunning,
  measureServer,
  measureWaiting,
} from './scale/measures.ts';
import { atMost, type Cell, percent, ratioOf, table } from './suite/markdown.ts';
import type { Results } from './suite/results.ts';
import { main } from './suite/run.ts';
import type { Criterion, Figures, Measurement, Setting, Suite } from './suite/suite.ts';

const FINISHED = [1_000, 10_000, 100_000, 1_000_000];
const WAITING = [10, 100, 1_000, 10_000, 100_000];
const RUNNING = [1, 10, 100, 1_000];

/** More would take too long for a quick run. */
const QUICK = { finished: 10_000, waiting: 10_000, running: 100 };

export const scale: Suite = {
  title: 'How cost grows',
  script: import.meta.path,
  measurements: [
    ...each('finished', FINISHED, QUICK.finished, measureFinished),
    ...each('server', FINISHED, QUICK.finished, measureServer),
    ...each('waiting', WAITING, QUICK.waiting, measureWaiting),
    ...each('running', RUNNING, QUICK.running, measureRunning),
  ],
  tables: (results) =>
    [finishedTable(results), waitingTable(results), runningTable(results)]
      .filter(Boolean)
      .join('\n\n'),
  criteria,
};

function each(
  name: string,
  counts: number[],
  quickUpTo: number,
  measure: (setting: Setting, count: number) => Promise<Figures>,
): Measurement[] {
  return counts.map((count) => ({
    name: `${name}${count}`,
    subject: 'xgpt',
    isSlow: count > quickUpTo,
    run: (setting) => measure(setting, count),
  }));
}

function finishedTable(results: Results): string {
  const rows = FINISHED.filter(
    (count) => results.has(`finished${count}`) || results.has(`server${count}`),
  ).map((count): Cell[] => [
    count.toLocaleString('en'),
    results.median(`finished${count}`, 'xgpt', 'enqueueMs'),
    results.median(`finished${count}`, 'xgpt', 'drainMs'),
    results.median(`server${count}`, 'xgpt', 'postMs'),
    percent(results.median(`server${count}`, 'xgpt', 'idle'), 2),
  ]);
  const head = ['finished jobs', 'enqueue, ms', 'drained job at 10, ms'];
  return rows.length > 0
    ? table([...head, '`POST /api/scrape`, ms', 'idle server, of a core'], rows)
    : '';
}

function waitingTable(results: Results): string {
  const rows = WAITING.filter((count) => results.has(`waiting${count}`)).map((count): Cell[] => [
    count.toLocaleString('en'),
    results.median(`waiting${count}`, 'xgpt', 'enqueueMs'),
  ]);
  return rows.length > 0 ? table(['waiting jobs', 'enqueue, ms'], rows) : '';
}

function runningTable(results: Results): string {
  const rows = RUNNING.filter((count) => results.has(`running${count}`)).map((count): Cell[] => [
    count.toLocaleString('en'),
    results.median(`running${count}`, 'xgpt', 'drainMs'),
  ]);
  return rows.length > 0 ? table(['running jobs', 'drained job at 10 more, ms'], rows) : '';
}

function criteria(results: Results): Criterion[] {
  const growth = (name: string, figure: string, from: number, to: number) =>
    ratioOf(
      results.median(`${name}${to}`, 'xgpt', figure),
      results.median(`${name}${from}`, 'xgpt', figure),
    );
  const history = (what: string, name: string, figure: string) =>
    atMost(`${what}, 1,000,000 finished to 1,000`, growth(name, figure, 1_000, 1_000_000), 1.1);
  return [
    history('enqueue', 'finished', 'enqueueMs'),
    history('drained job', 'finished', 'drainMs'),
    history('`POST /api/scrape`', 'server', 'postMs'),
    history('idle CPU of a server', 'server', 'idle'),
    atMost('enqueue, 100,000 waiting to 10', growth('waiting', 'enqueueMs', 10, 100_000), 1.2),
  ];
}

if (import.meta.main) await main(scale);
