import type { QueuedJobContext } from '../../jobs/index.ts';
import type { OperationDeps } from '../deps.ts';
import { embeddedAhead, FETCH_STEP, prepareModel } from '../embedding.ts';
import { embeddedLine } from '../listing.ts';
import { defineOperation } from '../operation.ts';
import type { EmbedResult } from './input.ts';

/** Gives a vector to every post that has none of this model. */
export default defineOperation<'embed'>((deps) => {
  return {
    concurrency: 1,
    needs: [{ field: 'model', what: 'model', has: [deps.embedder.model] }],

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
  let done = (job.checkpoint as EmbedResult | undefined) ?? { model, embedded: 0 };
  job.stage('embedding');
  const total = done.embedded + deps.library.countWithoutVector(model);
  await job.updateProgress(done.embedded, total, 'Embedding posts');
  // From the beginning once more, for posts that were rewritten meanwhile.
  for (let isFinished = false; !isFinished; ) {
    job.signal.throwIfAborted();
    isFinished = true;
    const batches = batchesWithoutVector(deps, model, batchSize);
    for await (const { pending, vectors } of embeddedAhead(deps, batches, job.signal)) {
      isFinished = false;
      const embedded = done.embedded + pending.length - vectors.meaningless.length;
      const next = { model, embedded };
      const progress = {
        current: embedded,
        total: Math.max(total, embedded),
        message: 'Embedding posts',
      };
      await job.commit({ vectors }, { checkpoint: next, progress });
      job.log(embeddedLine(embedded - done.embedded, embedded));
      done = next;
    }
  }
  return done;
}

function* batchesWithoutVector({ library }: OperationDeps, model: string, limit: number) {
  let afterKey = 0;
  for (;;) {
    const pending = library.postsWithoutVector(model, { limit, afterKey });
    const last = pending.at(-1);
    if (!last) return;
    yield { pending };
    afterKey = last.key;
  }
}
