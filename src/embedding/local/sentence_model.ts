import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { TextReading } from '../embedder.ts';

/** The length the model was trained for (its model card); the rest of a text is ignored. */
const MAX_TOKENS = 256;

/** The token before the text and the one after it. */
const SPECIAL_TOKENS = 2;

/** The token of a part that the model does not know. */
const UNKNOWN = '[UNK]';

/** Limits the tokenizer's work (0.2 s for a million characters): 256 tokens are far shorter. */
const MAX_CHARACTERS = 32_768;

export interface SentenceModel {
  /** One unit-length vector per text. Blocks the thread, about 3 ms for a short text. */
  embed(texts: string[]): Promise<Float32Array<ArrayBuffer>[]>;
  /** How it reads each text, without any inference. */
  read(texts: string[]): TextReading[];
}

/** Loads the model in `dir`. @throws Error when it does not load on this machine. */
export async function loadSentenceModel(dir: string): Promise<SentenceModel> {
  const [tokenizerJson, tokenizerConfig] = await Promise.all([
    Bun.file(join(dir, 'tokenizer.json')).json(),
    Bun.file(join(dir, 'tokenizer_config.json')).json(),
  ]);
  const tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig);
  const inference = await InferenceSession.create(join(dir, 'onnx', 'model_q4.onnx'), {
    // One thread, so that the server keeps the other cores.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  return {
    async embed(texts) {
      const rows = texts.map((text) => tokenIds(tokenizer, text));
      const output = await inference.run(inputsOf(rows));
      return meanOfTokens(output.last_hidden_state as Tensor, rows);
    },
    read: (texts) => texts.map((text) => readingOf(tokenizer, text)),
  };
}

function tokenIds(tokenizer: Tokenizer, text: string): number[] {
  const { ids } = tokenizer.encode(text.slice(0, MAX_CHARACTERS));
  if (ids.length <= MAX_TOKENS) return ids;
  const separator = ids.slice(-1);
  return [...ids.slice(0, MAX_TOKENS - 1), ...separator];
}

function readingOf(tokenizer: Tokenizer, text: string): TextReading {
  const tokens = tokenizer.tokenize(text.slice(0, MAX_CHARACTERS), { add_special_tokens: false });
  const read = tokens.slice(0, MAX_TOKENS - SPECIAL_TOKENS);
  const parts = read.filter((token) => token === UNKNOWN || /[\p{L}\p{N}]/u.test(token));
  return {
    parts: parts.length,
    unknown: parts.filter((token) => token === UNKNOWN).length,
    isCut: read.length < tokens.length || text.length > MAX_CHARACTERS,
  };
}

/** Pads rows to the same length; the mask marks the tokens. */
function inputsOf(rows: number[][]): Record<string, Tensor> {
  const width = Math.max(...rows.map((row) => row.length));
  const shape = [rows.length, width];
  const ids = new BigInt64Array(rows.length * width);
  const mask = new BigInt64Array(rows.length * width);
  rows.forEach((row, r) => {
    ids.set(row.map(BigInt), r * width);
    mask.fill(1n, r * width, r * width + row.length);
  });
  return {
    input_ids: new Tensor('int64', ids, shape),
    attention_mask: new Tensor('int64', mask, shape),
    token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
  };
}

/** Mean pooling over the tokens that are not padding, then L2 normalisation. */
function meanOfTokens(hidden: Tensor, rows: number[][]): Float32Array<ArrayBuffer>[] {
  const [, width = 0, dimensions = 0] = hidden.dims;
  const values = hidden.data as Float32Array;
  return rows.map((row, r) => {
    const sum = new Float32Array(dimensions);
    for (let t = 0; t < row.length; t++) {
      const offset = (r * width + t) * dimensions;
      for (let d = 0; d < dimensions; d++) sum[d] = (sum[d] ?? 0) + (values[offset + d] ?? 0);
    }
    // No division by the number of tokens: it would only change the length.
    const length = Math.hypot(...sum);
    return sum.map((value) => value / length);
  });
}
