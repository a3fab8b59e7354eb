import { type Connections, sourcePace } from '../connections/index.ts';
import type { Job } from '../jobs/index.ts';
import { inputSentence, wordsOf } from '../operations/words.ts';
import type { Sources } from '../sources/index.ts';

/**
 * `Reads up to 1,000 posts of @sea_example from X, about 8 s, about $4.00.`, for a job that reads a live
 * source; `undefined` for any other.
 */
export function startNotice(
  { type, metadata = {} }: Pick<Job, 'type' | 'metadata'>,
  { sources, connections }: { sources: Sources; connections: Connections },
): string | undefined {
  const { readsSource, ability = 'posts' } = wordsOf(type);
  const source = readsSource ? sources.get(String(metadata.source)) : undefined;
  if (!source?.connection) return undefined;
  return inputSentence(type, metadata, sourcePace(source, ability, connections));
}
