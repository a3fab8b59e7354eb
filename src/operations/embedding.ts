import type { EmbeddedPart, Embedder } from '../embedding/index.ts';
import type { JobData, QueuedJobContext } from '../jobs/index.ts';
import type { NewVector } from '../library/index.ts';
import type { OperationDeps } from './deps.ts';

/** A post's text and the key that its vector is stored under. */
interface Pending {
  key: number;
  text: string;
}

/** The step in which the model is made ready, its first fetch shown as the job's progress. */
export const FETCH_STEP = 'fetch the model';

export async function prepareModel(
  { embedder }: OperationDeps,
  job: QueuedJobContext,
): Promise<void> {
  const prepare = () =>
    embedder.prepare({
      signal: job.signal,
      onProgress: (current, total, message) => void job.updateProgress(current, total, message),
    });
  job.stage('fetching');
  await job.step(FETCH_STEP, async () => {
    await prepare();
    job.log(`The model ${embedder.model} is ready.`);
  });
  // A later attempt does not repeat the step, and may run in a process that has not loaded it.
  await prepare();
}

/** Vectors to be saved, and which of the texts have none. */
export type Embedded = Required<NonNullable<JobData['vectors']>>;

/** Batches that the model has at once, so that no process of it waits for a text or for a commit. */
const AHEAD = 4;

/**
 * Embeds batch after batch, in order. A batch is read and sent to the model before the caller has saved those
 * before it.
 */
export async function* embeddedAhead<Batch extends { pending: Pending[] }>(
  { embedder }: OperationDeps,
  batches: Iterable<Batch>,
  signal: AbortSignal,
): AsyncGenerator<Batch & { vectors: Embedded }> {
  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  const underway: Promise<Batch & { vectors: Embedded }>[] = [];
  try {
    for (const batch of batches) {
      signal.throwIfAborted();
      const embedded = vectorsOf(embedder, batch.pending, either);
      underway.push(embedded.then((vectors) => ({ ...batch, vectors })));
      // Its failure is thrown when its turn comes, or is of no interest any more.
      underway.at(-1)?.catch(() => {});
      if (underway.length === AHEAD)
        yield (await underway.shift()) as Batch & { vectors: Embedded };
    }
    for (const batch of underway) yield await batch;
  } finally {
    leaving.abort();
  }
}

/** Texts that occur several times are embedded once. */
async function vectorsOf(
  embedder: Embedder,
  pending: Pending[],
  signal: AbortSignal,
): Promise<Embedded> {
  const texts = [...new Set(pending.map(({ text }) => text))];
  const embedded = await embedder.embedParts(texts, { signal });
  const partsOf = new Map(texts.map((text, i) => [text, embedded[i] ?? []]));
  const parts = pending.map((post) => partsOf.get(post.text) ?? []);
  return {
    model: embedder.model,
    vectors: pending.flatMap((post, i) =>
      (parts[i] ?? []).map((one, n) => newVector(post, one, n)),
    ),
    meaningless: pending.filter((_, i) => parts[i]?.length === 0),
  };
}

function newVector(post: Pending, { vector, extent }: EmbeddedPart, index: number): NewVector {
  return { ...post, vector, ...(extent && { part: { index, ...extent } }) };
}
