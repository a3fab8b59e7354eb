import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EmbeddedPart, TextReading } from '../embedder.ts';
import { type Extent, partsOf, WHOLE_TOKENS } from '../parts.ts';
import { MINILM, type ModelSpec } from './manifest.ts';
import { type Encoded, loadTextEncoder, startOf, type TextEncoder } from './text_encoder.ts';

/** With onnxruntime-node 1.30.0 an inference takes 9 % longer with them. */
const SLOWER_FUSIONS = 'SkipLayerNormFusion;BiasGeluFusion';

export interface SentenceModel {
  /**
   * One unit-length vector per query. Each inference blocks the thread, about 3 ms for a short text; the
   * event loop turns between two of them, and the call rejects when `signal` has aborted by then.
   */
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** The vectors of each text, none for a text of which the model knows no token. As `embed`. */
  embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]>;
  /** How it reads each text, without any inference. */
  read(texts: string[]): TextReading[];
}

/** Loads the model in `dir`. @throws Error when it does not load on this machine. */
export async function loadSentenceModel(dir: string, spec = MINILM): Promise<SentenceModel> {
  const encoder = await loadTextEncoder(dir, spec);
  const inference = await InferenceSession.create(join(dir, spec.onnx), {
    // One thread, so that the server keeps the other cores.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { optimization: { disable_specified_optimizers: SLOWER_FUSIONS } },
  });
  return new OnnxModel(spec, encoder, inference);
}

class OnnxModel implements SentenceModel {
  constructor(
    private readonly spec: ModelSpec,
    private readonly encoder: TextEncoder,
    private readonly inference: InferenceSession,
  ) {}

  async embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      const encoded = this.encoder.encode(this.spec.queryPrefix + text);
      vectors.push(await this.#vectorOf(encoded, signal));
    }
    return vectors;
  }

  async embedParts(texts: string[], signal: AbortSignal): Promise<EmbeddedPart[][]> {
    const all: EmbeddedPart[][] = [];
    for (const text of texts) {
      const parts: EmbeddedPart[] = [];
      for (const { encoded, extent } of this.#plannedParts(startOf(text))) {
        const vector = await this.#vectorOf(encoded, signal);
        parts.push({ vector, ...(extent && { extent }) });
      }
      all.push(parts);
    }
    return all;
  }

  read(texts: string[]): TextReading[] {
    return texts.map((text) => this.encoder.reading(text));
  }

  *#plannedParts(text: string): Generator<{ encoded: Encoded; extent?: Extent }> {
    const { encoder } = this;
    const whole = encoder.encode(text);
    if (!encoder.knowsAny(whole)) return;
    if (whole.tokens.length <= WHOLE_TOKENS) {
      yield { encoded: this.#withPrefix(text, whole) };
      return;
    }
    for (const extent of partsOf(text, (piece) => encoder.encode(piece).tokens.length)) {
      const part = text.slice(extent.from, extent.to);
      const encoded = encoder.encode(part);
      if (encoder.knowsAny(encoded)) yield { encoded: this.#withPrefix(part, encoded), extent };
    }
  }

  #withPrefix(text: string, encoded: Encoded): Encoded {
    const { textPrefix } = this.spec;
    return textPrefix === '' ? encoded : this.encoder.encode(textPrefix + text);
  }

  /** One text at a time: a batch takes as long, and is as wide as its longest text. */
  async #vectorOf(encoded: Encoded, signal: AbortSignal): Promise<Float32Array> {
    signal.throwIfAborted();
    const output = await this.inference.run(this.#inputsOf(this.encoder.inputOf(encoded)));
    const [name = ''] = this.inference.outputNames;
    const pooled = this.spec.pooling === 'none' ? name : 'last_hidden_state';
    return toUnitLength(pool((output[pooled] ?? output[name]) as Tensor, this.spec.pooling));
  }

  #inputsOf(ids: number[]): Record<string, Tensor> {
    const tensor = (values: BigInt64Array) => new Tensor('int64', values, [1, ids.length]);
    const inputs: Record<string, Tensor> = {
      input_ids: tensor(BigInt64Array.from(ids, BigInt)),
      attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
      token_type_ids: tensor(new BigInt64Array(ids.length)),
    };
    return Object.fromEntries(
      this.inference.inputNames.flatMap((name) => {
        const input = inputs[name];
        return input ? [[name, input]] : [];
      }),
    );
  }
}

function pool(output: Tensor, pooling: ModelSpec['pooling']): Float32Array {
  const values = output.data as Float32Array;
  const dimensions = output.dims.at(-1) ?? 0;
  if (pooling !== 'mean') return values.slice(0, dimensions);
  // No division by the number of tokens: it would only change the length.
  const sum = new Float32Array(dimensions);
  for (let at = 0; at < values.length; at += dimensions) {
    for (let d = 0; d < dimensions; d++) sum[d] = (sum[d] as number) + (values[at + d] as number);
  }
  return sum;
}

function toUnitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
