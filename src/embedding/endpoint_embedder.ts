import { z } from 'zod';
import { once } from '../platform/once.ts';
import { withoutStacks } from '../platform/without_stacks.ts';
import { asSentence } from '../text/sentence.ts';
import {
  type EmbeddedPart,
  type Embedder,
  ModelUnavailable,
  type TextReading,
} from './embedder.ts';
import { partsOf, WHOLE_TOKENS, wholeCharacters } from './parts.ts';

const CLOSED = 'The embedder is closed. Restart xgpt to embed.';

/** Texts in one request. */
const AT_ONCE = 32;

/** How long the service may take to answer, in ms. */
const TIMEOUT_MS = 60_000;

/** The longest text that is sent, in characters. */
const MAX_CHARACTERS = 32_768;

export interface EndpointOptions {
  /** The address of the API, such as `http://localhost:11434/v1`; `/embeddings` is added. */
  url: string;
  model: string;
  dimensions: number;
  key?: string;
}

const answer = once(() =>
  z.object({
    data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()) })),
  }),
);

/** A model behind an API that is compatible with that of OpenAI. Texts leave this machine. */
export function createEndpointEmbedder(options: EndpointOptions): Embedder {
  return new EndpointEmbedder(options);
}

class EndpointEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly limits: string;
  readonly fetchBytes = 0;
  readonly #closing = new AbortController();

  constructor(private readonly options: EndpointOptions) {
    this.model = options.model;
    this.dimensions = options.dimensions;
    this.limits = `Meaning is compared by ${options.model} at ${new URL(options.url).host}.`;
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  async prepare({ signal }: Parameters<Embedder['prepare']>[0]): Promise<void> {
    signal.throwIfAborted();
  }

  async embed(texts: string[], { signal }: { signal: AbortSignal }): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += AT_ONCE) {
      vectors.push(...(await this.#request(texts.slice(at, at + AT_ONCE), signal)));
    }
    return vectors;
  }

  async embedParts(texts: string[], options: { signal: AbortSignal }): Promise<EmbeddedPart[][]> {
    const planned = texts.map(planOf);
    const vectors = (
      await this.embed(
        planned.flat().map(({ text }) => text),
        options,
      )
    ).values();
    return planned.map((parts) =>
      parts.map(({ extent }) => ({
        vector: vectors.next().value as Float32Array,
        ...(extent && { extent }),
      })),
    );
  }

  async read(texts: string[]): Promise<TextReading[]> {
    return texts.map((text) => ({
      parts: hasContent(text) ? estimatedTokens(text) : 0,
      unknown: 0,
      isCut: text.length > MAX_CHARACTERS,
    }));
  }

  async close(): Promise<void> {
    this.#closing.abort(withoutStacks(() => new ModelUnavailable(CLOSED)));
  }

  async #request(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    const { url, model, key } = this.options;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    either.throwIfAborted();
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}/embeddings`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key && { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
        signal: AbortSignal.any([either, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      if (!response.ok) throw new Error(`it answered with status ${response.status}`);
      return this.#vectorsIn(answer().parse(await response.json()), texts.length);
    } catch (cause) {
      either.throwIfAborted();
      const reason =
        cause instanceof z.ZodError ? 'its answer has no embeddings' : (cause as Error).message;
      throw new ModelUnavailable(
        `The model ${model} at ${url} cannot be used: ${asSentence(reason)} Check XGPT_MODEL_URL, XGPT_MODEL and XGPT_MODEL_KEY.`,
        { cause },
      );
    }
  }

  #vectorsIn({ data }: z.infer<ReturnType<typeof answer>>, count: number): Float32Array[] {
    const sorted = data.toSorted((a, b) => a.index - b.index);
    if (sorted.length !== count || sorted.some(({ index }, i) => index !== i))
      throw new Error(`it gave ${sorted.length} vectors for ${count} texts`);
    return sorted.map(({ embedding }) => {
      if (embedding.length !== this.dimensions) {
        throw new Error(
          `its vectors have ${embedding.length} dimensions, and XGPT_MODEL_DIMENSIONS is ${this.dimensions}`,
        );
      }
      const length = Math.hypot(...embedding);
      if (!(length > 0)) throw new Error('it gave a vector without a direction');
      return Float32Array.from(embedding, (value) => value / length);
    });
  }
}

function planOf(text: string): { text: string; extent?: EmbeddedPart['extent'] }[] {
  if (!hasContent(text)) return [];
  const start = text.slice(0, wholeCharacters(text, MAX_CHARACTERS));
  if (estimatedTokens(start) <= WHOLE_TOKENS) return [{ text: start }];
  return partsOf(start, estimatedTokens)
    .map((extent) => ({ text: start.slice(extent.from, extent.to), extent }))
    .filter((part) => hasContent(part.text));
}

const hasContent = (text: string) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text);

/** About four letters of an alphabet are a token; a character of other scripts is one. */
function estimatedTokens(text: string): number {
  const letters =
    text.match(/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d\s]/gu)?.length ?? 0;
  return Math.ceil(letters / 4) + (text.length - letters);
}
