import { expect, test } from 'bun:test';
import { reindexInBackground } from '../../src/app/reindex.ts';
import { createTracker } from '../../src/jobs/index.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { makePosts, setup } from '../library/synthetic.ts';

test('an index of an older xgpt is made anew by a job', async () => {
  const { db, library } = setup();
  library.savePosts(makePosts(250));
  db.run('UPDATE word_index SET version = 0');
  const tracker = createTracker({ database: db });
  await tracker.initialize();
  const logger = createLogger('error');
  const closing = new AbortController().signal;
  await reindexInBackground({ db, library, tracker, logger, closing });
  expect(library.reindexing.pending()).toBe(0);
  const [job] = tracker.getAllJobs();
  expect(job).toMatchObject({ type: 'index', status: 'completed' });
  await reindexInBackground({ db, library, tracker, logger, closing });
  expect(tracker.getAllJobs().length).toBe(1);
  await tracker.stop();
});
