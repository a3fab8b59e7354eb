import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import type { TextReading } from '../embedder.ts';
import { wholeCharacters } from '../parts.ts';
import type { ModelSpec } from './manifest.ts';

/** Limits the tokenizer's work (0.2 s for a million characters) and the parts of a text. */
const MAX_CHARACTERS = 32_768;

/** The tokens of a text, without those that the model expects around it. */
export interface Encoded {
  ids: number[];
  tokens: string[];
}

/** Turns texts into the numbers that a model takes. */
export class TextEncoder {
  readonly #before: number[];
  readonly #after: number[];

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly unknownToken: string,
    private readonly maxTokens: number,
  ) {
    const { ids } = tokenizer.encode('a');
    const own = this.encode('a').ids;
    const at = ids.findIndex((_, i) => own.every((id, n) => id === ids[i + n]));
    this.#before = ids.slice(0, at);
    this.#after = ids.slice(at + own.length);
  }

  encode(text: string): Encoded {
    const plain = withPlainLetters(text.slice(0, MAX_CHARACTERS));
    return this.tokenizer.encode(plain, { add_special_tokens: false });
  }

  /** What the model takes for a text: its first `maxTokens` at most. */
  inputOf({ ids }: Encoded): number[] {
    const room = this.maxTokens - this.#before.length - this.#after.length;
    return [...this.#before, ...ids.slice(0, room), ...this.#after];
  }

  knowsAny({ tokens }: Encoded): boolean {
    return tokens.some((token) => token !== this.unknownToken && /[\p{L}\p{N}]/u.test(token));
  }

  reading(text: string): TextReading {
    const { tokens } = this.encode(text);
    const read = tokens.slice(0, this.maxTokens - this.#before.length - this.#after.length);
    const { unknownToken } = this;
    const parts = read.filter((token) => token === unknownToken || /[\p{L}\p{N}]/u.test(token));
    return {
      parts: parts.length,
      unknown: parts.filter((token) => token === unknownToken).length,
      isCut: read.length < tokens.length || text.length > MAX_CHARACTERS,
    };
  }
}

/** Full width and half width, and letters for formulas, with which people style names. */
const STYLED = /[\u3000\uff01-\uffee\u{1d400}-\u{1d7ff}]+/gu;

/** Models know letters and digits only as they are usually written: `ＡＢＣ` would be an unknown word. */
function withPlainLetters(text: string): string {
  return text.replace(STYLED, (letters) => letters.normalize('NFKC'));
}

/** The part of a text that is embedded at all. */
export function startOf(text: string): string {
  return text.slice(0, wholeCharacters(text, MAX_CHARACTERS));
}

/** Loads the tokenizer of the model in `dir`. */
export async function loadTextEncoder(dir: string, { maxTokens }: ModelSpec): Promise<TextEncoder> {
  const [json, config] = await Promise.all([
    Bun.file(join(dir, 'tokenizer.json')).json(),
    Bun.file(join(dir, 'tokenizer_config.json')).json(),
  ]);
  return new TextEncoder(new Tokenizer(json, config), unknownTokenOf(json), maxTokens);
}

/** Of a tokenizer of words or of pieces (its unknown token has a name or a number). */
function unknownTokenOf({ model = {} }: { model?: Record<string, unknown> }): string {
  if (typeof model.unk_token === 'string') return model.unk_token;
  const { unk_id: id, vocab } = model;
  const entry = Array.isArray(vocab) && typeof id === 'number' ? vocab[id] : undefined;
  return Array.isArray(entry) ? String(entry[0]) : '[UNK]';
}
