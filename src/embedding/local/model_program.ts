/** The program of the model's process: it answers one message after the other. */
import type { TextReading } from '../embedder.ts';
import type { SentenceModel } from './sentence_model.ts';

export type ModelRequest =
  | { load: string; embed?: undefined; read?: undefined }
  | { embed: string[]; load?: undefined; read?: undefined }
  | { read: string[]; load?: undefined; embed?: undefined };

export type ModelAnswer = { vectors: Float32Array[]; readings?: TextReading[] };

export type ModelResponse = ModelAnswer | { failure: string };

// Ctrl-C, a closed terminal and service managers signal every process at once, but jobs that the
// server drains may still need vectors. This process ends with the server, which closes the channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());

let model: SentenceModel | undefined;

process.on('message', async (request: ModelRequest) => {
  const response = await respond(request);
  if (process.connected) process.send?.(response);
});

async function respond(request: ModelRequest): Promise<ModelResponse> {
  try {
    if (request.embed) return { vectors: await loaded().embed(request.embed) };
    if (request.read) return { vectors: [], readings: loaded().read(request.read) };
    await load(request.load);
    return { vectors: [] };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

async function load(dir: string): Promise<void> {
  // Imported here, so that a runtime that does not load is reported.
  const { loadSentenceModel } = await import('./sentence_model.ts');
  model = await loadSentenceModel(dir);
}

function loaded(): SentenceModel {
  if (!model) throw new Error('The model is not loaded.');
  return model;
}
