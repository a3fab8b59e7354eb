import type { QueuedJobContext } from '../jobs/index.ts';
import type { Services } from './services.ts';

/** A post's text and the key that its vector is stored under. */
export interface Pending {
  key: number;
  text: string;
}

/** Makes the model ready, with the first fetch shown as the job's progress. */
export async function prepareModel({ embedder }: Services, job: QueuedJobContext): Promise<void> {
  job.stage('fetching');
  await embedder.prepare({
    signal: job.signal,
    onProgress: (current, total, message) => void job.updateProgress(current, total, message),
  });
}

/** The vectors of these texts, ready for `saveVectors`. */
export async function vectorsOf(
  { embedder }: Services,
  pending: Pending[],
  signal: AbortSignal,
): Promise<(Pending & { vector: Float32Array })[]> {
  const vectors = await embedder.embed(
    pending.map(({ text }) => text),
    { signal },
  );
  return pending.map((post, index) => ({ ...post, vector: vectors[index] as Float32Array }));
}
