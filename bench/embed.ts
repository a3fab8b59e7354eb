/**
 * How fast posts of the sample are embedded by whole jobs, from reading the posts to the commit of their
 * vectors, compared with the build of 22 November and with the bare loop:
 *
 *     bun bench/embed.ts [rounds] [posts a round] [seconds to wait for a quiet machine]
 *
 * By default 4, 512 and 5. Each subject has its own process and takes its turn in every round.
 */
import { join } from 'node:path';
import { sampleCorpus } from '../src/sources/sample/corpus.ts';
import { fillModelCache } from '../test/support/model_cache.ts';
import { openSubject, type Subject } from './embed/subject.ts';
import { formerBuild } from './find/former_build.ts';
import { quietMoment } from './suite/cpu.ts';
import { atLeast, criteriaTable, number, percent, table } from './suite/markdown.ts';
import type { Criterion } from './suite/suite.ts';

const ROUNDS = 4;
const POSTS = 512;
const PATIENCE_S = 5;
const QUIET_SHARE = 0.9;
const ROOT = join(import.meta.dir, '..');

type Taken = Awaited<ReturnType<Subject['embed']>>;

interface Row {
  subject: Subject;
  rounds: Taken[];
}

/** @returns a table in Markdown with its sentences, and how it compares with the goals. */
export async function bench(
  rounds = ROUNDS,
  size = POSTS,
  patienceS = PATIENCE_S,
): Promise<{ text: string; criteria: Criterion[] }> {
  await fillModelCache();
  const slices = await slicesOfSample(rounds, size);
  const rows = await openSubjects();
  const idle: number[] = [];
  for (const [round, slice] of slices.entries()) {
    for (const i of rows.keys()) {
      const row = rows[(round + i) % rows.length] as Row;
      idle.push(await quietMoment(QUIET_SHARE, patienceS * 1000));
      row.rounds.push(await row.subject.embed(slice));
    }
  }
  for (const { subject } of rows) await subject.close();
  const [bare, single, now, former] = rows as [Row, Row, Row, Row];
  return {
    text: `${about(bare, rounds, size, idle)}\n\n${tableOf(rows, rounds * size)}`,
    criteria: [
      atLeast('embedding in one process, to the bare loop', ratioTo(bare, single).median, 0.9),
      atLeast('embedding, to the build of 22 November', ratioTo(former, now).median, 1.6),
    ],
  };
}

async function openSubjects(): Promise<Row[]> {
  const subjects = [
    await openSubject('bare loop', 'bare_loop.ts', []),
    await openSubject('xgpt, one process', 'job.ts', [ROOT]),
    await openSubject('xgpt, two processes', 'job.ts', [ROOT, 'second']),
    await openSubject('build of 22 November', 'job.ts', [await formerBuild()]),
  ];
  return subjects.map((subject) => ({ subject, rounds: [] }));
}

function about(bare: Row, rounds: number, size: number, idle: number[]): string {
  const { tokens, firstTokens } = total(bare.rounds);
  const quiet = idle.reduce((a, b) => a + b, 0) / idle.length;
  return `Jobs that embed ${number(rounds * size)} posts of the sample in ${rounds} rounds, with the model loaded. The posts have
${number(tokens)} tokens, with those around each text. Long posts are embedded in parts, by the bare loop too: it is the tokenizer
and onnxruntime alone, one text after the other in one thread. The build of 22 November embeds the first 256
tokens of a post, ${number(firstTokens)} in all. CPU time is that of the job's process and of the model's. The ratios are medians of the
rounds, with the smallest and the largest. Before a turn, ${percent(quiet)} of the cores were idle.`;
}

function tableOf(rows: Row[], posts: number): string {
  const [bare, , , former] = rows as [Row, Row, Row, Row];
  return table(
    ['', 'posts a second', 'vectors', 'CPU, ms a post', 'to the bare loop', 'to 22 November'],
    rows.map((row) => {
      const { ms, vectors, cpuMs, childCpuMs } = total(row.rounds);
      const cpu = `${number(cpuMs / posts)} + ${number(childCpuMs / posts)}`;
      const ratios = [bare, former].map((to) => ratioTo(to, row).text);
      return [row.subject.name, posts / (ms / 1000), vectors, cpu, ...ratios];
    }),
  );
}

function total(rounds: Taken[]): Required<Taken> {
  const sum = (of: (one: Taken) => number) => rounds.reduce((all, one) => all + of(one), 0);
  return {
    ms: sum(({ ms }) => ms),
    vectors: sum(({ vectors }) => vectors),
    tokens: sum(({ tokens = 0 }) => tokens),
    firstTokens: sum(({ firstTokens = 0 }) => firstTokens),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    childCpuMs: sum(({ childCpuMs }) => childCpuMs),
  };
}

/** How many times as fast it was as `to` in the same round. */
function ratioTo(to: Row, row: Row): { median: number; text: string } {
  const ratios = row.rounds
    .map(({ ms }, round) => (to.rounds[round]?.ms ?? Number.NaN) / ms)
    .sort((a, b) => a - b);
  const [least = 0, median = 0, most = 0] = [0, ratios.length >> 1, ratios.length - 1].map(
    (i) => ratios[i],
  );
  const text =
    to === row
      ? number(1)
      : `${number(median)}× (${[least, most].map((one) => one.toFixed(2)).join('–')})`;
  return { median, text };
}

/** Different posts from all over the sample for each round, the same at every run. */
async function slicesOfSample(rounds: number, size: number): Promise<string[][]> {
  const { entries } = await sampleCorpus();
  const all = [...new Set(entries.map(({ post }) => post.text))];
  const step = all.length / (rounds * size);
  if (step < 1) throw new Error(`The sample has only ${all.length} different posts.`);
  return Array.from({ length: rounds }, (_, round) =>
    Array.from({ length: size }, (_, i) => all[Math.floor((i * rounds + round) * step)] as string),
  );
}

if (import.meta.main) {
  const { text, criteria } = await bench(...process.argv.slice(2).map(Number));
  console.log(`${text}\n\n${criteriaTable(criteria)}`);
}
