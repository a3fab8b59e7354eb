import type { QueuedJobContext } from '../../jobs/index.ts';
import type { OperationDeps } from '../deps.ts';
import { FETCH_STEP, prepareModel, vectorsOf } from '../embedding.ts';
import { embeddedLine } from '../listing.ts';
import { defineOperation } from '../operation.ts';
import type { EmbedResult } from './input.ts';

/** Gives a vector to every post that has none of this model. */
export default defineOperation<'embed'>((deps) => {
  return {
    concurrency: 1,

    steps: () => [FETCH_STEP, 'embed the posts'],

    async run({ model, batchSize }, job) {
      await prepareModel(deps, job);
      return job.step('embed the posts', () => embedAll(deps, model, batchSize, job));
    },
  };
});

async function embedAll(
  deps: OperationDeps,
  model: string,
  batchSize: number,
  job: QueuedJobContext,
): Promise<EmbedResult> {
  const { library } = deps;
  let done = (job.checkpoint as EmbedResult | undefined) ?? { model, embedded: 0 };
  job.stage('embedding');
  const total = done.embedded + library.countWithoutVector(model);
  await job.updateProgress(done.embedded, total, 'Embedding posts');
  let afterKey = 0;
  for (;;) {
    job.signal.throwIfAborted();
    const pending = library.postsWithoutVector(model, { limit: batchSize, afterKey });
    if (pending.length === 0) {
      if (afterKey === 0) return done;
      // From the beginning once more, for posts that were rewritten meanwhile.
      afterKey = 0;
      continue;
    }
    const vectors = await vectorsOf(deps, pending, job.signal);
    const next = { model, embedded: done.embedded + pending.length - vectors.meaningless.length };
    const progress = {
      current: next.embedded,
      total: Math.max(total, next.embedded),
      message: 'Embedding posts',
    };
    await job.commit({ vectors }, { checkpoint: next, progress });
    job.log(embeddedLine(next.embedded - done.embedded, next.embedded));
    done = next;
    afterKey = pending.at(-1)?.key ?? 0;
  }
}
