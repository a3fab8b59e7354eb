export { type Embedder, ModelUnavailable } from './embedder.ts';
export { createLocalEmbedder, type LocalEmbedderOptions } from './local_embedder.ts';
