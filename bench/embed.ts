/**
 * How fast posts of the sample are embedded by whole jobs, from reading the posts to the commit of their
 * vectors, compared with the build of 22 November and with the bare loop:
 *
 *     bun bench/embed.ts [rounds] [posts a round]      8 and 256 by default
 *
 * Each subject has its own process and takes its turn in every round, after a quiet moment of the machine.
 * The former build embeds the first 256 tokens of a post, the other two all of it.
 */
import { sampleCorpus } from '../src/sources/sample/corpus.ts';
import { fillModelCache } from '../test/support/model_cache.ts';
import { type CpuTime, openSubject, type Subject } from './embed/subject.ts';
import { FORMER_COMMIT, formerBuild } from './find/former_build.ts';
import { quietMoment } from './suite/cpu.ts';

const QUIET_SHARE = 0.9;
const PATIENCE_MS = 5_000;
const ROOT = `${import.meta.dir}/..`;

const [rounds = 8, size = 256] = process.argv.slice(2).map(Number);

interface Times {
  ms: number[];
  cpu: CpuTime;
  vectors: number;
}

await fillModelCache();
const posts = await texts(rounds * size);
const bare = await openSubject('bare loop', 'bare_loop.ts', []);
const single = await openSubject('xgpt, one process', 'job.ts', [ROOT, '0']);
const now = await openSubject('xgpt, with a helper', 'job.ts', [ROOT, '1']);
const former = await openSubject('build of 22 November', 'job.ts', [await formerBuild()]);
const subjects = [bare, single, now, former];
const times = new Map<Subject, Times>(
  subjects.map((subject) => [subject, { ms: [], cpu: { own: 0, children: 0 }, vectors: 0 }]),
);
let idle = 0;
for (let round = 0; round < rounds; round++) {
  const slice = posts.slice(round * size, (round + 1) * size);
  // In another order each time.
  for (const i of subjects.keys()) await measure(subjects[(round + i) % subjects.length], slice);
}
report();
for (const subject of subjects) await subject.close();

async function measure(subject: Subject | undefined, slice: string[]): Promise<void> {
  const of = subject && times.get(subject);
  if (!of) return;
  idle += await quietMoment(QUIET_SHARE, PATIENCE_MS);
  const { ms, cpu, vectors } = await subject.embed(slice);
  of.ms.push(ms);
  of.cpu.own += cpu.own;
  of.cpu.children += cpu.children;
  of.vectors += vectors;
}

function report(): void {
  console.log(
    `${posts.length} posts of the sample in ${rounds} rounds, former build ${FORMER_COMMIT}`,
  );
  console.log(`idle before a turn: ${percent(idle / rounds / subjects.length)} of the cores`);
  console.table(
    [...times].map(([{ name }, { ms, cpu, vectors }]) => ({
      subject: name,
      'posts/s': (posts.length / (sum(ms) / 1000)).toFixed(1),
      vectors,
      'CPU, ms a post': `${perPost(cpu.own)} + ${perPost(cpu.children)}`,
      'speed to the bare loop': ratio(bare, ms),
      'speed to the former build': ratio(former, ms),
    })),
  );
}

function perPost(ms: number): string {
  return (ms / posts.length).toFixed(2);
}

/** The median of the rounds, with the smallest and the largest. */
function ratio(to: Subject, ms: number[]): string {
  const theirs = times.get(to)?.ms ?? [];
  const ratios = ms.map((one, i) => (theirs[i] ?? Number.NaN) / one).sort((a, b) => a - b);
  const [least, median, most] = [0, ratios.length >> 1, ratios.length - 1].map((i) =>
    ratios[i]?.toFixed(2),
  );
  return `${median} (${least}–${most})`;
}

/** So many posts from all over the sample, the same at every run, each text once. */
async function texts(count: number): Promise<string[]> {
  const { entries } = await sampleCorpus();
  const all = [...new Set(entries.map(({ post }) => post.text))];
  const step = all.length / count;
  if (step < 1) throw new Error(`The sample has only ${all.length} different posts.`);
  const chosen = Array.from({ length: count }, (_, i) => all[Math.floor(i * step)] as string);
  // Each round gets posts from all over the sample.
  return Array.from(
    { length: count },
    (_, i) => chosen[(i % size) * rounds + Math.floor(i / size)] as string,
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
