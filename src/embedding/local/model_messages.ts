/** What the model's process is asked, and what it answers. */
import type { EmbeddedPart, TextReading } from '../embedder.ts';
import type { ModelSpec } from './manifest.ts';

interface Work {
  /** The model's folder. */
  load: string;
  embed: string[];
  embedParts: string[];
  read: string[];
}

/** One of these; `spec` belongs to `load`. */
export type ModelWork = {
  [K in keyof Work]: Record<K, Work[K]> & {
    [O in Exclude<keyof Work, K>]?: undefined;
  } & { spec?: ModelSpec };
}[keyof Work];

/** Without `work` it cancels the earlier request with its id. */
export interface ModelRequest {
  id: number;
  work?: ModelWork;
}

export type ModelAnswer = {
  vectors: Float32Array[];
  readings?: TextReading[];
  parts?: EmbeddedPart[][];
};

/** Every request gets one, a cancelled one at once. */
export type ModelResponse = { id: number } & (ModelAnswer | { failure: string });

/** The requests of a lane are served in order. */
export type Lane = 'queries' | 'texts';

export function laneOf({ embedParts }: ModelWork): Lane {
  return embedParts ? 'texts' : 'queries';
}
