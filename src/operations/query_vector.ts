import { type Embedder, ModelUnavailable } from '../embedding/index.ts';
import { EMBED_FIRST, hasNoMeaning, meaningNotes, NO_MEANING } from '../text/meaning_notes.ts';
import type { OperationDeps } from './deps.ts';
import { embeddingAdvice } from './embedding_advice.ts';

/** How long a find waits for the model, in ms. */
const TIMEOUT_MS = 30_000;

/**
 * A query's vector, and what limits the comparison, for people; or why nothing can be compared with it.
 * @throws ModelUnavailable when the model is not ready.
 */
export async function comparable(
  embedder: Embedder,
  text: string,
): Promise<{ vector: Float32Array; notes: string[] } | typeof NO_MEANING> {
  const options = { signal: AbortSignal.timeout(TIMEOUT_MS) };
  const [reading] = await embedder.read([text], options);
  if (reading && hasNoMeaning(reading)) return NO_MEANING;
  const [vector] = await embedder.embed([text], options);
  return { vector: vector as Float32Array, notes: reading ? meaningNotes(reading) : [] };
}

const NOTHING_EMBEDDED = 'No post has been embedded yet, so none can be found by meaning.';

/** @throws ModelUnavailable when there are posts, and none can be compared. */
export async function requireVectors(
  deps: Pick<OperationDeps, 'library' | 'embedder' | 'isEmbedding'>,
): Promise<void> {
  const { library, embedder } = deps;
  if (library.words.newestKey() > 0 && !library.meaning.hasVectors(embedder.model))
    throw new ModelUnavailable(`${NOTHING_EMBEDDED} ${await embeddingAdvice(deps, EMBED_FIRST)}`);
}
