/** The program of the model's process: it answers one message after the other. */
import type { EmbeddedPart, TextReading } from '../embedder.ts';
import type { ModelSpec } from './manifest.ts';
import type { SentenceModel } from './sentence_model.ts';

interface Requests {
  /** The model's folder. */
  load: string;
  embed: string[];
  embedParts: string[];
  read: string[];
}

/** One of these; `spec` belongs to `load`. */
export type ModelRequest = {
  [K in keyof Requests]: Record<K, Requests[K]> & {
    [O in Exclude<keyof Requests, K>]?: undefined;
  } & { spec?: ModelSpec };
}[keyof Requests];

export type ModelAnswer = {
  vectors: Float32Array[];
  readings?: TextReading[];
  parts?: EmbeddedPart[][];
};

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
    if (request.embedParts) {
      return { vectors: [], parts: await loaded().embedParts(request.embedParts) };
    }
    if (request.read) return { vectors: [], readings: loaded().read(request.read) };
    await load(request.load, request.spec);
    return { vectors: [] };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

async function load(dir: string, spec?: ModelSpec): Promise<void> {
  // Imported here, so that a runtime that does not load is reported.
  const { loadSentenceModel } = await import('./sentence_model.ts');
  model = await loadSentenceModel(dir, spec);
}

function loaded(): SentenceModel {
  if (!model) throw new Error('The model is not loaded.');
  return model;
}
