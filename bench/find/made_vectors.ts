export const MADE_MODEL = 'synthetic-384';
export const MADE_DIMENSIONS = 384;

const TOPICS = 500;
/** How far vectors lie from the middle of their topic. */
const SPREAD = 0.06;

const topics = Array.from({ length: TOPICS }, (_, topic) => {
  const random = seeded(topic + 1);
  return unit(() => normal(random));
});

/** The vector of a number, always the same one: it is near those of other numbers with its topic. */
export function madeVector(number: number): Float32Array {
  const random = seeded(number ^ 0x5bd1e995);
  const topic = topics[Math.floor(random() * TOPICS)] as Float32Array;
  return unit((i) => (topic[i] as number) + SPREAD * normal(random));
}

/** A vector of length 1. */
export function unit(numberAt: (i: number) => number): Float32Array {
  const vector = Float32Array.from({ length: MADE_DIMENSIONS }, (_, i) => numberAt(i));
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / length);
}

/** Nearly normal: the mean is 0, the deviation .58. */
export function normal(random: () => number): number {
  return random() + random() + random() + random() - 2;
}

/** Mulberry32. */
export function seeded(state: number): () => number {
  let current = state;
  return () => {
    current = (current + 0x6d2b79f5) | 0;
    let mixed = Math.imul(current ^ (current >>> 15), current | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
