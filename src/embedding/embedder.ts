/**
 * The port behind which every embedding model stands. Vectors are unit length, so that the
 * cosine of two of them is their dot product.
 */
export interface Embedder {
  /** Stored with every vector: vectors of different models are never compared. */
  readonly model: string;
  readonly dimensions: number;
  /** What has to be fetched the first time, in bytes; 0 when nothing has. */
  readonly fetchBytes: number;

  /** Whether `embed` can answer without fetching anything first. */
  isReady(): Promise<boolean>;

  /**
   * Makes the model ready: fetches it the first time, verifies it, loads it. Safe to call again.
   * @param onProgress bytes fetched so far and in all (0 = unknown), and a sentence for a person.
   * @throws ModelUnavailable when it cannot be had; the message says what to do.
   */
  prepare(options: {
    signal: AbortSignal;
    onProgress?: (current: number, total: number, message: string) => void;
  }): Promise<void>;

  /**
   * One vector for each text, in order. Calls are served one after the other.
   * @throws ModelUnavailable when the model is not ready and cannot be made ready.
   */
  embed(texts: string[], options: { signal: AbortSignal }): Promise<Float32Array[]>;

  /** Ends the model's process, whatever it is doing; an `embed` under way rejects. */
  close(): Promise<void>;
}

/** The model cannot be fetched, is damaged, or does not load on this machine. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
  constructor(
    message: string,
    options?: ErrorOptions & {
      /** No use trying again: the user's own folder is wrong, the machine cannot run it. */
      permanent?: boolean;
    },
  ) {
    super(message, options);
    this.permanent = options?.permanent ?? false;
  }
  readonly permanent: boolean;
}
