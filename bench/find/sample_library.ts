import type { Database } from 'bun:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { createTracker } from '../../src/jobs/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import type { OperationDeps } from '../../src/operations/deps.ts';
import { definitionsOf, loadOperations } from '../../src/operations/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import type { Post } from '../../src/sources/post.ts';
import { sampleCorpus } from '../../src/sources/sample/corpus.ts';
import { fillModelCache, MODEL_CACHE } from '../../test/support/model_cache.ts';
import { withCache } from './cached_embedder.ts';
import type { Needle } from './judged/index.ts';

const CACHE = join(tmpdir(), 'xgpt-bench-vectors.db');
/** Posts of one transaction. */
const SAVED_AT_ONCE = 1000;
/** Midnight of a fixed day, so that every run has the same dates. */
const NOW = Date.UTC(2026, 10, 29);

export interface SampleLibrary extends OperationDeps {
  database: Database;
  close(): Promise<void>;
}

/**
 * A library in memory with the whole sample and the needles, embedded by the program's own job. Vectors
 * are kept in a file of the temporary folder. @param isFresh embeds everything anew.
 */
export async function sampleLibrary(needles: Needle[], isFresh: boolean): Promise<SampleLibrary> {
  await fillModelCache();
  const database = openDatabase(':memory:');
  const local = createLocalEmbedder({ modelsDir: MODEL_CACHE });
  const deps: OperationDeps = {
    library: createLibrary(database),
    sources: new Map(),
    embedder: withCache(local, CACHE, isFresh ? `${Date.now()}` : await embeddingVersion()),
    importsDir: tmpdir(),
  };
  const posts = [...(await samplePosts()), ...needles.map(needlePost)];
  for (let from = 0; from < posts.length; from += SAVED_AT_ONCE)
    deps.library.savePosts(posts.slice(from, from + SAVED_AT_ONCE));
  await embedAll(deps, database);
  return {
    ...deps,
    database,
    async close() {
      await local.close();
      database.close();
    },
  };
}

/** Changes with the code that makes vectors. */
async function embeddingVersion(): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  const folder = join(import.meta.dir, '../../src/embedding');
  const files = [...new Bun.Glob('**/*.ts').scanSync(folder)].sort();
  for (const file of files) hasher.update(await Bun.file(join(folder, file)).bytes());
  return hasher.digest('hex');
}

async function samplePosts(): Promise<Post[]> {
  const { entries } = await sampleCorpus();
  return entries.map(({ post, ageMs }) => ({ ...post, createdAt: new Date(NOW - ageMs) }));
}

function needlePost({ id, language, text }: Needle, index: number): Post {
  return {
    source: 'sample',
    id,
    kind: 'post',
    author: `letters_${index + 1}`,
    authorName: `Letters ${index + 1}`,
    text,
    language,
    createdAt: new Date(NOW - index * 86_400_000),
    links: [],
    media: [],
  };
}

async function embedAll(deps: OperationDeps, database: Database) {
  const tracker = createTracker({
    logger: silentLogger,
    database,
    definitions: definitionsOf(await loadOperations(deps)),
    save: (data) => {
      data.write?.();
      return deps.library.save(data);
    },
  });
  await tracker.start();
  const { id } = await tracker.enqueue('embed', {});
  let job = tracker.getJob(id);
  for (; !job?.completedAt; job = tracker.getJob(id)) await Bun.sleep(50);
  await tracker.stop();
  if (job.status !== 'completed') throw new Error(`The embed job ended as ${job.status}.`);
}
