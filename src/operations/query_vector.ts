import { type Embedder, ModelUnavailable } from '../embedding/index.ts';
import type { Library } from '../library/index.ts';
import { hasNoMeaning, meaningNotes, NO_MEANING, WHERE_TO_EMBED } from '../text/meaning_notes.ts';

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

const NOTHING_EMBEDDED = `No post has been embedded yet, so none can be found by meaning. Start an embed job first ${WHERE_TO_EMBED}.`;

/** @throws ModelUnavailable when there are posts, and none can be compared. */
export function requireVectors(library: Library, { model }: Pick<Embedder, 'model'>): void {
  if (library.words.newestKey() > 0 && !library.meaning.hasVectors(model))
    throw new ModelUnavailable(NOTHING_EMBEDDED);
}
