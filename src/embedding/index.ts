export {
  type EmbeddedPart,
  type Embedder,
  ModelUnavailable,
  type TextReading,
} from './embedder.ts';

import type { Embedder } from './embedder.ts';
import { createEndpointEmbedder, type EndpointOptions } from './endpoint_embedder.ts';
import { createLocalEmbedder, type LocalEmbedderOptions } from './local_embedder.ts';

export { createEndpointEmbedder, type EndpointOptions } from './endpoint_embedder.ts';
export { createLocalEmbedder, type LocalEmbedderOptions } from './local_embedder.ts';

/** The model that the settings name: behind an API, in a folder, or the usual one. */
export function createEmbedder(
  options: LocalEmbedderOptions & { modelEndpoint?: EndpointOptions | undefined },
): Embedder {
  return options.modelEndpoint
    ? createEndpointEmbedder(options.modelEndpoint)
    : createLocalEmbedder(options);
}
