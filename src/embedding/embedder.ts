import type { Extent } from './parts.ts';

/**
 * The port for embedding models. Vectors have unit length, so the cosine of two of them is their dot
 * product.
 */
export interface Embedder {
  /** Stored with every vector: vectors of different models are never compared. */
  readonly model: string;
  readonly dimensions: number;
  /** The size of the first download in bytes; 0 when there is none. */
  readonly fetchBytes: number;

  /** Whether `embed` works without a download. */
  isReady(): Promise<boolean>;

  /**
   * Downloads the model the first time, verifies it and loads it. Safe to call again.
   * @param onProgress bytes fetched so far and in total (0 = unknown), and a message for people.
   * @throws ModelUnavailable when that fails; the message says what to do.
   */
  prepare(options: {
    signal: AbortSignal;
    onProgress?: (current: number, total: number, message: string) => void;
  }): Promise<void>;

  /** What the model is good for and where its limits are, in one sentence for people. */
  readonly limits: string;

  /**
   * One vector for each query, in order. Calls are served one after the other, before texts that wait.
   * @throws ModelUnavailable when the model is not ready and cannot be loaded.
   */
  embed(texts: string[], options: { signal: AbortSignal }): Promise<Float32Array[]>;

  /**
   * The vectors of each text that is to be found, in order: one for the whole of a short text, one for each
   * part of a long one, none for a text of which the model knows nothing. Several calls at once keep the
   * model busy: they are begun in order.
   * @throws as `embed` does.
   */
  embedParts(texts: string[], options: { signal: AbortSignal }): Promise<EmbeddedPart[][]>;

  /**
   * How the model reads each text, in order: what of it is compared at all.
   * @throws as `embed` does.
   */
  read(texts: string[], options: { signal: AbortSignal }): Promise<TextReading[]>;

  /** Ends the model's processes at once; running calls reject. */
  close(): Promise<void>;
}

/** The vector of a text or of a part of it. */
export interface EmbeddedPart {
  vector: Float32Array;
  /** Where the part is in the text, in UTF-16 units. Absent when the text was embedded whole. */
  extent?: Extent;
}

/** What a model makes of a text. */
export interface TextReading {
  /** The number of its parts (words, or pieces of them), without punctuation. */
  parts: number;
  /** How many of these the model does not know. Texts of unknown parts alone are all alike to it. */
  unknown: number;
  /** The text is longer than the model reads; the rest is ignored. */
  isCut: boolean;
}

/** The model cannot be fetched, is damaged, or does not load on this machine. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
  constructor(
    message: string,
    options?: ErrorOptions & {
      /** A retry would not help: the user's own folder is wrong, or the machine cannot run it. */
      permanent?: boolean;
    },
  ) {
    super(message, options);
    this.permanent = options?.permanent ?? false;
  }
  readonly permanent: boolean;
}
