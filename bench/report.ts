/**
 * Measures everything and prints one report in Markdown: `bun run bench`.
 *
 *     bun bench/report.ts [--quick] [--rounds 3] [--only drain10,finished] [--save results.jsonl]
 *     bun bench/report.ts --from results.jsonl      prints what was measured before
 */
import { http } from './http.ts';
import { queue } from './queue.ts';
import { scale } from './scale.ts';
import { describeMachine } from './suite/machine.ts';
import { criteriaTable, percent } from './suite/markdown.ts';
import { readOptions } from './suite/options.ts';
import type { Results } from './suite/results.ts';
import { failures, runSuites } from './suite/run.ts';

const SUITES = [queue, scale, http];

const options = readOptions();
const begin = performance.now();
const machine = describeMachine();
const results = await runSuites(SUITES, options);
const minutes = (performance.now() - begin) / 60_000;

const sections = [
  '# Performance',
  `## Machine\n\n${machine}`,
  `## Method\n\n${method(results, minutes)}`,
  ...SUITES.map((suite) => [`## ${suite.title}`, suite.tables(results)])
    .filter(([, tables]) => tables)
    .map((section) => section.join('\n\n')),
  `## Criteria\n\n${criteriaTable(SUITES.flatMap((suite) => suite.criteria(results)))}`,
  failures(results),
  `## The other benches

Each is run by itself and prints its own limits:

- \`bun bench/stream.ts\`: a thousand watchers of the taskbar, ten thousand connections
- \`bun bench/responsiveness.ts\`: the server while the local model embeds
- \`bun bench/history.ts\`: lists, pages and deletion with a million finished jobs
- \`bun bench/library.ts\`: saving and finding posts
- \`bun bench/embed.ts\`: the local model`,
];
console.log(sections.filter(Boolean).join('\n\n'));

function method({ rounds, idle }: Results, minutes: number): string {
  const took = options.from ? '' : ` The run took ${minutes.toFixed(1)} minutes.`;
  const kind = options.quick
    ? 'One short round, a check that everything works: the figures say little.'
    : `Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.`;
  return `${kind} Each round is in another order, and each measurement in a process of its own. Before
each, the share of the cores that was idle was taken for 150 ms: median ${percent(idle.median)}, worst tenth
${percent(idle.worstTenth)} or less.${took}`;
}
