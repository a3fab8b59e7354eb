/**
 * The program of the model's process. It answers queries in order, and texts that are to be found in order;
 * a query does not wait for the texts, but for one inference at most.
 */
import type { ModelSpec } from './manifest.ts';
import {
  type Lane,
  laneOf,
  type ModelAnswer,
  type ModelRequest,
  type ModelResponse,
  type ModelWork,
} from './model_messages.ts';
import type { SentenceModel } from './sentence_model.ts';
import { orAborted } from './shared_run.ts';

// Ctrl-C, a closed terminal and service managers signal every process at once, but jobs that the
// server drains may still need vectors. This process ends with the server, which closes the channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());

let model: SentenceModel | undefined;

const underway = new Map<number, AbortController>();
const last: Record<Lane, Promise<unknown>> = {
  queries: Promise.resolve(),
  texts: Promise.resolve(),
};

process.on('message', async ({ id, work }: ModelRequest) => {
  if (!work) return underway.get(id)?.abort();
  const controller = new AbortController();
  // A model that is being loaded will be needed again.
  if (work.load === undefined) underway.set(id, controller);
  const response = await inLane(work, controller.signal);
  underway.delete(id);
  if (process.connected) process.send?.({ id, ...response } satisfies ModelResponse);
});

async function inLane(
  work: ModelWork,
  signal: AbortSignal,
): Promise<ModelAnswer | { failure: string }> {
  const lane = laneOf(work);
  const done = last[lane].then(() => {
    signal.throwIfAborted();
    return respond(work, signal);
  });
  last[lane] = done.catch(() => {});
  try {
    return await orAborted(done, signal);
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

async function respond(work: ModelWork, signal: AbortSignal): Promise<ModelAnswer> {
  if (work.embed) return { vectors: await loaded().embed(work.embed, signal) };
  if (work.embedParts) {
    return { vectors: [], parts: await loaded().embedParts(work.embedParts, signal) };
  }
  if (work.read) return { vectors: [], readings: loaded().read(work.read) };
  await load(work.load, work.spec);
  return { vectors: [] };
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
