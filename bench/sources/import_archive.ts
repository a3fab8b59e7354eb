/**
 * Imports an archive as the server does: a job that commits a page at a time to a database file. A process
 * of its own, so that its memory can be measured: `bun import_archive.ts <imports folder> <archive>`.
 */
import { join } from 'node:path';
import { createTracker } from '../../src/jobs/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { definitionsOf, loadOperations } from '../../src/operations/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { createSources } from '../../src/sources/index.ts';
import { reportPeak } from './peak.ts';

const [importsDir = '', archive = ''] = process.argv.slice(2);
const database = openDatabase(join(importsDir, 'import.sqlite'));
const library = createLibrary(database);
const config = { ...loadConfig({ XGPT_DATA_DIR: importsDir }), importsDir };
const embedder = { model: 'none' } as never;
const sources = createSources(config);
const operations = await loadOperations({ library, sources, embedder, importsDir });
const tracker = createTracker({
  database,
  definitions: definitionsOf(operations),
  save: (data) => library.save(data),
});
await tracker.start();
const peak = reportPeak();
const input = { source: 'archive', archive, includeReplies: true, includeRetweets: true };
const { id } = await tracker.enqueue('scrape', input as never);
let job = tracker.getJob(id);
while (!job?.completedAt) {
  await Bun.sleep(20);
  job = tracker.getJob(id);
}
if (job.status !== 'completed') throw new Error(job.errorMessage);
peak.print((job.result as { posts: number }).posts);
await tracker.stop();
process.exit(0);
