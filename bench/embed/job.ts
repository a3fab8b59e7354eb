/** `bun job.ts FOLDER [second]`: the embed jobs of the build in that folder, on a database of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Embedder } from '../../src/embedding/index.ts';
import type { Job, JobData, JobDefinition } from '../../src/jobs/index.ts';
import type { Library } from '../../src/library/index.ts';
import type { OperationDeps } from '../../src/operations/deps.ts';
import type { Post } from '../../src/sources/post.ts';
import { MODEL_CACHE } from '../../test/support/model_cache.ts';
import { cpuSince, type Embedded, type Round, serve } from './subject.ts';

const POLL_MS = 20;

const [root = '', second] = process.argv.slice(2);
const module = (path: string) => import(join(root, 'src', path));
const isFormer = await Bun.file(join(root, 'src/database.ts')).exists();

const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
const { openDatabase } = await module(isFormer ? 'database.ts' : 'platform/database.ts');
const database = openDatabase(join(folder, 'xgpt.sqlite'));
const { createLibrary } = await module('library/index.ts');
const library: Library = createLibrary(database);
const { createLocalEmbedder } = await module('embedding/index.ts');
const embedder: Embedder = createLocalEmbedder({
  modelsDir: MODEL_CACHE,
  hasSecond: second === 'second',
});
const tracker = await startTracker({
  library,
  sources: new Map(),
  embedder,
  importsDir: folder,
});
await embedder.prepare({ signal: new AbortController().signal });

let seen = 0;
serve(embed, async () => {
  await tracker.stop();
  await embedder.close();
  database.close();
  rmSync(folder, { recursive: true });
});

async function embed(round: Round): Promise<Embedded> {
  library.savePosts(round.map(postOf));
  const before = countVectors();
  const cpu = process.cpuUsage();
  const { id } = await tracker.enqueue('embed', {});
  let job = tracker.getJob(id);
  for (; !job?.completedAt; job = tracker.getJob(id)) await Bun.sleep(POLL_MS);
  if (job.status !== 'completed') throw new Error(`The job ended as ${job.status}.`);
  const ms = job.completedAt.getTime() - (job.startedAt?.getTime() ?? Number.NaN);
  return { ms, cpuMs: cpuSince(cpu), vectors: countVectors() - before };
}

function countVectors(): number {
  return database.query('SELECT count(*) AS total FROM vectors').get().total;
}

function postOf(text: string): Post {
  seen++;
  return {
    source: 'bench',
    id: String(seen),
    kind: 'post',
    author: 'bench',
    authorName: 'Bench',
    text,
    createdAt: new Date(1_700_000_000_000 + seen * 1000),
    links: [],
    media: [],
  };
}

/** Both builds' trackers, as far as they are needed here. */
interface AnyTracker {
  start(): Promise<void>;
  stop(): Promise<void>;
  enqueue(type: string, input: object): Promise<Job>;
  getJob(id: string): Job | undefined;
}

async function startTracker(deps: OperationDeps): Promise<AnyTracker> {
  const operations = await module('operations/index.ts');
  const loaded = await operations.loadOperations(deps);
  const definitions: JobDefinition[] = operations.definitionsOf?.(loaded) ?? loaded;
  const save = (data: JobData) => {
    data.write?.();
    return deps.library.save(data);
  };
  const { createTracker } = await module('jobs/index.ts');
  const started: AnyTracker = createTracker({ database, definitions, save });
  await started.start();
  return started;
}
