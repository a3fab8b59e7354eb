import type { EmbeddedPart } from '../embedding/index.ts';
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

/** What a job has to save of these texts: their vectors, and which of them have none. */
export async function vectorsOf(
  { embedder }: OperationDeps,
  pending: Pending[],
  signal: AbortSignal,
): Promise<Required<NonNullable<JobData['vectors']>>> {
  const embedded = await embedder.embedParts(
    pending.map(({ text }) => text),
    { signal },
  );
  return {
    model: embedder.model,
    vectors: pending.flatMap((post, i) =>
      (embedded[i] ?? []).map((one, n) => newVector(post, one, n)),
    ),
    meaningless: pending.filter((_, i) => embedded[i]?.length === 0),
  };
}

function newVector(post: Pending, { vector, extent }: EmbeddedPart, index: number): NewVector {
  return { ...post, vector, ...(extent && { part: { index, ...extent } }) };
}
