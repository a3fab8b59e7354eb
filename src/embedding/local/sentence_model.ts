import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EmbeddedPart, TextReading } from '../embedder.ts';
import { partsOf, WHOLE_TOKENS, wholeCharacters } from '../parts.ts';
import { MINILM, type ModelSpec } from './manifest.ts';

/** The token before the text and the one after it. */
const SPECIAL_TOKENS = 2;

/** Limits the tokenizer's work (0.2 s for a million characters) and the parts of a text. */
const MAX_CHARACTERS = 32_768;

export interface SentenceModel {
  /** One unit-length vector per query. Blocks the thread, about 3 ms for a short text. */
  embed(texts: string[]): Promise<Float32Array[]>;
  /** The vectors of each text, none for a text of which the model knows no token. */
  embedParts(texts: string[]): Promise<EmbeddedPart[][]>;
  /** How it reads each text, without any inference. */
  read(texts: string[]): TextReading[];
}

/** Loads the model in `dir`. @throws Error when it does not load on this machine. */
export async function loadSentenceModel(dir: string, spec = MINILM): Promise<SentenceModel> {
  const [tokenizerJson, tokenizerConfig] = await Promise.all([
    Bun.file(join(dir, 'tokenizer.json')).json(),
    Bun.file(join(dir, 'tokenizer_config.json')).json(),
  ]);
  const tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig);
  const inference = await InferenceSession.create(join(dir, spec.onnx), {
    // One thread, so that the server keeps the other cores.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  return new OnnxModel(spec, tokenizer, inference, unknownTokenOf(tokenizerJson));
}

/** Of a tokenizer of words or of pieces (its unknown token has a name or a number). */
function unknownTokenOf({ model = {} }: { model?: Record<string, unknown> }): string {
  if (typeof model.unk_token === 'string') return model.unk_token;
  const { unk_id: id, vocab } = model;
  const entry = Array.isArray(vocab) && typeof id === 'number' ? vocab[id] : undefined;
  return Array.isArray(entry) ? String(entry[0]) : '[UNK]';
}

class OnnxModel implements SentenceModel {
  constructor(
    private readonly spec: ModelSpec,
    private readonly tokenizer: Tokenizer,
    private readonly inference: InferenceSession,
    private readonly unknownToken: string,
  ) {}

  async embed(texts: string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) vectors.push(await this.#vectorOf(this.spec.queryPrefix + text));
    return vectors;
  }

  async embedParts(texts: string[]): Promise<EmbeddedPart[][]> {
    const all: EmbeddedPart[][] = [];
    for (const text of texts) all.push(await this.#partsOf(text));
    return all;
  }

  read(texts: string[]): TextReading[] {
    return texts.map((text) => this.#reading(text));
  }

  async #partsOf(text: string): Promise<EmbeddedPart[]> {
    const start = text.slice(0, wholeCharacters(text, MAX_CHARACTERS));
    const tokens = this.#tokens(start);
    if (!this.#knowsAny(tokens)) return [];
    const { textPrefix } = this.spec;
    if (tokens.length <= WHOLE_TOKENS)
      return [{ vector: await this.#vectorOf(textPrefix + start) }];
    const parts: EmbeddedPart[] = [];
    for (const extent of partsOf(start, (piece) => this.#tokens(piece).length)) {
      const part = start.slice(extent.from, extent.to);
      if (!this.#knowsAny(this.#tokens(part))) continue;
      parts.push({ vector: await this.#vectorOf(textPrefix + part), extent });
    }
    return parts;
  }

  #tokens(text: string): string[] {
    return this.tokenizer.tokenize(text, { add_special_tokens: false });
  }

  #knowsAny(tokens: string[]): boolean {
    return tokens.some((token) => token !== this.unknownToken && /[\p{L}\p{N}]/u.test(token));
  }

  /** One text at a time: a batch takes as long, and is as wide as its longest text. */
  async #vectorOf(text: string): Promise<Float32Array> {
    const { ids } = this.tokenizer.encode(text.slice(0, MAX_CHARACTERS));
    const output = await this.inference.run(this.#inputsOf(withinLimit(ids, this.spec.maxTokens)));
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

  #reading(text: string): TextReading {
    const tokens = this.#tokens(text.slice(0, MAX_CHARACTERS));
    const read = tokens.slice(0, this.spec.maxTokens - SPECIAL_TOKENS);
    const { unknownToken } = this;
    const parts = read.filter((token) => token === unknownToken || /[\p{L}\p{N}]/u.test(token));
    return {
      parts: parts.length,
      unknown: parts.filter((token) => token === unknownToken).length,
      isCut: read.length < tokens.length || text.length > MAX_CHARACTERS,
    };
  }
}

function withinLimit(ids: number[], limit: number): number[] {
  return ids.length <= limit ? ids : [...ids.slice(0, limit - 1), ...ids.slice(-1)];
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
