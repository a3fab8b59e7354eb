/** The program that the model runs in. One message in, one answer out, then the next. */
import type { SentenceModel } from './sentence_model.ts';

export type Request = { load: string; embed?: undefined } | { embed: string[]; load?: undefined };

export type Answer = { vectors: Float32Array[] } | { failure: string };

// Ctrl-C and service managers signal every process at once, but what the server drains may need
// vectors still. This process ends with the server, whose going closes the channel.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());

let model: SentenceModel | undefined;

process.on('message', async (request: Request) => {
  const answer = await answerTo(request);
  if (process.connected) process.send?.(answer);
});

async function answerTo(request: Request): Promise<Answer> {
  try {
    if (request.load === undefined) return { vectors: await embed(request.embed) };
    await load(request.load);
    return { vectors: [] };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

async function load(dir: string): Promise<void> {
  // Imported here, so that a machine on which the runtime does not load gets an answer that says so.
  const { loadSentenceModel } = await import('./sentence_model.ts');
  model = await loadSentenceModel(dir);
}

async function embed(texts: string[]): Promise<Float32Array[]> {
  if (!model) throw new Error('The model is asked for vectors before it is loaded.');
  return model.embed(texts);
}
