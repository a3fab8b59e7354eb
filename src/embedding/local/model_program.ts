/** The program of the model's process: it answers one message after the other. */
import type { SentenceModel } from './sentence_model.ts';

export type ModelRequest =
  | { load: string; embed?: undefined }
  | { embed: string[]; load?: undefined };

export type ModelResponse = { vectors: Float32Array[] } | { failure: string };

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
    if (request.load === undefined) return { vectors: await embed(request.embed) };
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

async function embed(texts: string[]): Promise<Float32Array[]> {
  if (!model) throw new Error('The model is not loaded.');
  return model.embed(texts);
}
