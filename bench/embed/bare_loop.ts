/**
 * The tokenizer and onnxruntime alone on one core: one text after the other, long ones in the parts in which
 * xgpt embeds them. The limit of this machine without changes to the model.
 */
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { partsOf, WHOLE_TOKENS } from '../../src/embedding/parts.ts';
import { CACHED_MODEL } from '../../test/support/model_cache.ts';
import { cpuSince, type Embedded, type Round, serve } from './subject.ts';

/** The build of 22 November ignores the rest of a text. */
const FORMER_TOKENS = 256;

const tokenizer = new Tokenizer(
  await Bun.file(join(CACHED_MODEL, 'tokenizer.json')).json(),
  await Bun.file(join(CACHED_MODEL, 'tokenizer_config.json')).json(),
);
const inference = await InferenceSession.create(join(CACHED_MODEL, 'onnx/model_q4.onnx'), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const tensor = (values: BigInt64Array) => new Tensor('int64', values, [1, values.length]);

serve(embed, () => inference.release());

async function embed(round: Round): Promise<Embedded> {
  const texts = round.flatMap(partsOfPost);
  const start = performance.now();
  const cpu = process.cpuUsage();
  let tokens = 0;
  for (const text of texts) {
    const { ids } = tokenizer.encode(text);
    tokens += ids.length;
    await inference.run({
      input_ids: tensor(BigInt64Array.from(ids, BigInt)),
      attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
      token_type_ids: tensor(new BigInt64Array(ids.length)),
    });
  }
  const ms = performance.now() - start;
  const cpuMs = cpuSince(cpu);
  const firstTokens = round.reduce(
    (sum, text) => sum + Math.min(tokenizer.encode(text).ids.length, FORMER_TOKENS),
    0,
  );
  return { ms, cpuMs, vectors: texts.length, tokens, firstTokens };
}

function partsOfPost(text: string): string[] {
  const countTokens = (piece: string) =>
    tokenizer.tokenize(piece, { add_special_tokens: false }).length;
  if (countTokens(text) <= WHOLE_TOKENS) return [text];
  return partsOf(text, countTokens).map(({ from, to }) => text.slice(from, to));
}
