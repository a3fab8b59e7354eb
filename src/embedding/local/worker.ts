/** The thread that the model runs on. One message in, one answer out, in order. */
import { parentPort } from 'node:worker_threads';
import type { SentenceModel } from './sentence_model.ts';

export type Request =
  | { id: number; load: string; embed?: undefined }
  | { id: number; embed: string[]; load?: undefined };

export type Answer = { id: number; vectors: Float32Array[] } | { id: number; failure: Error };

let model: SentenceModel | undefined;

parentPort?.on('message', async (request: Request) => {
  const { id } = request;
  try {
    const vectors =
      request.load === undefined ? await embed(request.embed) : await load(request.load);
    const transfer = vectors.map((vector) => vector.buffer);
    parentPort?.postMessage({ id, vectors } satisfies Answer, transfer);
  } catch (error) {
    parentPort?.postMessage({ id, failure: error as Error } satisfies Answer);
  }
});

async function load(dir: string): Promise<[]> {
  // Imported here, so that a machine on which the runtime does not load gets an answer that says so.
  const { loadSentenceModel } = await import('./sentence_model.ts');
  model = await loadSentenceModel(dir);
  return [];
}

async function embed(texts: string[]): Promise<Float32Array<ArrayBuffer>[]> {
  if (!model) throw new Error('The model is asked for vectors before it is loaded.');
  return model.embed(texts);
}
