/**
 * How well posts are found: judged queries over the whole sample, and sentences late in long posts.
 *
 *     bun bench/find_quality.ts [--list] [--fresh]
 *
 * recall@10 is the number of relevant posts among the first ten, divided by ten or by the number of all
 * relevant ones if that is smaller; the figures are means over queries. `--list` prints each query.
 * `--fresh` embeds all posts again, which takes minutes; otherwise vectors are kept in the temporary folder.
 */

import { find } from '../src/operations/find/find.ts';
import { type FindWay, toFindRequest } from '../src/operations/find/request.ts';
import { type JudgedQuery, judgedNeedles, judgedQueries } from './find/judged/index.ts';
import { type SampleLibrary, sampleLibrary } from './find/sample_library.ts';
import { table } from './suite/markdown.ts';

const FIRST = 10;
const WAYS = ['words', 'meaning', 'best'] as const satisfies FindWay[];
const GOALS = { best: 0.75, forms: 0.95, needles: 0.7 };

type Recalls = Record<FindWay, number>;
type Measured = JudgedQuery & { recalls: Recalls };

const isList = process.argv.includes('--list');
const library = await sampleLibrary(judgedNeedles, process.argv.includes('--fresh'));
try {
  checkIds(library);
  const queries = await measureQueries(library);
  const needles = await measureNeedles(library);
  if (isList) listQueries(queries);
  report(queries, needles);
} finally {
  await library.close();
}

function checkIds({ library }: SampleLibrary) {
  const ids = judgedQueries.flatMap((query) => query.ids);
  const missing = ids.filter((id) => library.words.keyOf('sample', id) === undefined);
  if (missing.length > 0) throw new Error(`The sample has no posts ${missing.join(', ')}.`);
}

async function firstIds(deps: SampleLibrary, q: string, by: FindWay): Promise<string[]> {
  const { posts } = await find(deps, toFindRequest({ q, by, limit: FIRST }, Date.now()));
  return posts.map(({ id }) => id);
}

async function recallsOf(deps: SampleLibrary, q: string, relevant: string[]): Promise<Recalls> {
  const recalls: Partial<Recalls> = {};
  for (const by of WAYS) {
    const ids = await firstIds(deps, q, by);
    const found = ids.filter((id) => relevant.includes(id)).length;
    recalls[by] = found / Math.min(FIRST, relevant.length);
  }
  return recalls as Recalls;
}

async function measureQueries(deps: SampleLibrary): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const query of judgedQueries)
    measured.push({ ...query, recalls: await recallsOf(deps, query.query, query.ids) });
  return measured;
}

async function measureNeedles(deps: SampleLibrary): Promise<{ recalls: Recalls }[]> {
  const measured: { recalls: Recalls }[] = [];
  for (const { id, query } of judgedNeedles)
    measured.push({ recalls: await recallsOf(deps, query, [id]) });
  return measured;
}

function means(measured: { recalls: Recalls }[]): Recalls {
  const mean = (by: FindWay) =>
    measured.reduce((sum, { recalls }) => sum + recalls[by], 0) / measured.length;
  return { words: mean('words'), meaning: mean('meaning'), best: mean('best') };
}

function rowOf(name: string, measured: { recalls: Recalls }[]): (string | number)[] {
  const { words, meaning, best } = means(measured);
  return [name, `${measured.length}`, ...[words, meaning, best].map((share) => share.toFixed(3))];
}

function rowsBy(field: 'language' | 'kind' | 'author', queries: Measured[]) {
  const groups = Object.groupBy(queries, (query) => query[field]);
  return Object.entries(groups).map(([name, group = []]) => rowOf(`${field} ${name}`, group));
}

function report(queries: Measured[], needles: { recalls: Recalls }[]) {
  const head = ['recall@10', 'queries', 'words', 'meaning', 'best'];
  const rows = [
    rowOf('all', queries),
    ...rowsBy('language', queries),
    ...rowsBy('kind', queries),
    ...rowsBy('author', queries),
    rowOf('needles', needles),
  ];
  console.log(table(head, rows));
  const all = means(queries);
  const forms = means(queries.filter(({ kind }) => kind === 'forms'));
  const isBest = all.best >= Math.max(all.words, all.meaning);
  console.log();
  goal('best is the best of the three', isBest ? 1 : 0, 1);
  goal('best, all queries', all.best, GOALS.best);
  goal('best, other forms of words', forms.best, GOALS.forms);
  goal('best, needles', means(needles).best, GOALS.needles);
}

function goal(what: string, value: number, least: number) {
  const isReached = value >= least;
  console.log(`${isReached ? 'reached' : 'MISSED '}  ${what}: ${value.toFixed(3)} (goal ${least})`);
  if (!isReached) process.exitCode = 1;
}

function listQueries(queries: Measured[]) {
  const head = ['query', 'language', 'kind', 'relevant', ...WAYS];
  const rows = queries.map(({ query, language, kind, ids, recalls }) => [
    query,
    language,
    kind,
    `${ids.length}`,
    ...WAYS.map((by) => recalls[by].toFixed(2)),
  ]);
  console.log(`${table(head, rows)}\n`);
}
