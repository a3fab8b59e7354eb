export {
  type EmbeddedPart,
  type Embedder,
  ModelUnavailable,
  type TextReading,
} from './embedder.ts';

import type { Embedder } from './embedder.ts';
import type { EndpointOptions } from './endpoint_embedder.ts';
import { createLocalEmbedder, type LocalEmbedderOptions } from './local_embedder.ts';

export type { EndpointOptions } from './endpoint_embedder.ts';
export { createLocalEmbedder, type LocalEmbedderOptions } from './local_embedder.ts';

/**
 * The model that the settings name: behind an API, in a folder, or the usual one.
 * @throws ModelUnavailable (permanent) when the folder's manifest cannot be used.
 */
export async function createEmbedder(
  options: LocalEmbedderOptions & { modelEndpoint?: EndpointOptions | undefined },
): Promise<Embedder> {
  const { modelEndpoint, modelDir } = options;
  if (modelEndpoint) {
    const { createEndpointEmbedder } = await import('./endpoint_embedder.ts');
    return createEndpointEmbedder(modelEndpoint);
  }
  if (modelDir === undefined) return createLocalEmbedder(options);
  const { readOwnManifest } = await import('./local/own_manifest.ts');
  return createLocalEmbedder({ ...options, own: readOwnManifest(modelDir) });
}
