/**
 * How fast live sources and imports are read and stored, beside the library that reads them alone, and
 * whether the server stays responsive and small meanwhile. The services are doubles on loopback.
 *
 *     bun bench/sources.ts [--items 5000] [--only bluesky]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureSource, type SourceFigures } from './sources/measure.ts';
import type { SourceBench } from './sources/source_bench.ts';
import {
  atLeast,
  atMost,
  criteriaTable,
  figureAtMost,
  number,
  ratioOf,
  table,
  times,
} from './suite/markdown.ts';

/** Files of `bench/sources/`, each with one row. */
const BENCHES = ['bluesky', 'x_cookies', 'x_api', 'archive', 'car'];

/** The server may grow by this share after a fifth of the items. */
const MAX_GROWTH = 1.5;

const { values } = parseArgs({
  options: { items: { type: 'string' }, only: { type: 'string', default: BENCHES.join(',') } },
});

const measured: { bench: SourceBench; figures: SourceFigures }[] = [];
for (const name of BENCHES.filter((each) => values.only.split(',').includes(each))) {
  const file = join(import.meta.dir, 'sources', `${name}.ts`);
  const { default: bench } = (await import(file)) as { default: SourceBench };
  const items = values.items ? Number(values.items) : bench.items;
  measured.push({ bench, figures: await measureSource({ ...bench, items }, file) });
}

const rows = measured.map(({ bench, figures }) => [
  bench.name,
  `${number(figures.items)} ${bench.unit}`,
  figures.perSecond,
  figures.barePerSecond,
  times(ratioOf(figures.perSecond, figures.barePerSecond)),
  figures.rss.idle,
  figures.rss.early,
  figures.rss.peak,
  figures.healthP99.idle,
  figures.healthP99.busy,
]);
const cpuRows = measured.map(({ bench: { name }, figures: { cpu } }) => [
  name,
  cpu.double,
  cpu.bare,
  cpu.product,
]);
const HEAD = [
  'Source',
  'read',
  'a second',
  'library alone',
  'ratio',
  'RSS idle, MB',
  'after a fifth',
  'peak',
  '/healthz p99 idle, ms',
  'busy',
];
const criteria = measured.flatMap(({ bench, figures: { healthP99, rss, ...rates } }) => [
  atLeast(`${bench.name}: the library alone`, ratioOf(rates.perSecond, rates.barePerSecond), 0.5),
  atMost(`${bench.name}: /healthz p99 to idle`, ratioOf(healthP99.busy, healthP99.idle), 10),
  memoryCriterion(bench, rss),
]);

function memoryCriterion({ name, maxMemoryMb }: SourceBench, rss: SourceFigures['rss']) {
  return maxMemoryMb === undefined
    ? atMost(`${name}: peak memory to that after a fifth`, ratioOf(rss.peak, rss.early), MAX_GROWTH)
    : figureAtMost(`${name}: peak memory`, rss.peak, maxMemoryMb, 'MB');
}

const CPU_HEAD = ['CPU, ms for 1,000 items', 'double', 'library alone', 'product'];
const tables = [table(HEAD, rows), table(CPU_HEAD, cpuRows), criteriaTable(criteria)];
console.log(tables.join('\n\n'));
if (criteria.some(({ reached }) => !reached)) process.exitCode = 1;
