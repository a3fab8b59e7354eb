import type { QueuedJobContext } from '../jobs/index.ts';
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

/** The vectors of these texts, ready for `saveVectors`. */
export async function vectorsOf(
  { embedder }: OperationDeps,
  pending: Pending[],
  signal: AbortSignal,
): Promise<(Pending & { vector: Float32Array })[]> {
  const vectors = await embedder.embed(
    pending.map(({ text }) => text),
    { signal },
  );
  return pending.map((post, index) => ({ ...post, vector: vectors[index] as Float32Array }));
}
