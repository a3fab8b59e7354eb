export {
  type EmbeddedPart,
  type Embedder,
  ModelUnavailable,
  type TextReading,
} from './embedder.ts';
export { createLocalEmbedder, type LocalEmbedderOptions } from './local_embedder.ts';
