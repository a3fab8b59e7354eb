/** One number for each value of each byte of a code. */
const VALUES = 256;

/**
 * For a vector: the sum of its numbers, each with the sign that a code has for it. Divided by a number
 * that is much the same for all vectors of a model, this estimates the cosine of the two: a tenth of the
 * error of an estimate by the signs of both.
 * @param bytes of the codes.
 */
export function createSignSums(vector: Float32Array, bytes: number) {
  const sums = new Float32Array(bytes * VALUES);
  for (let byte = 0; byte < bytes; byte++) fillByte(sums, byte * VALUES, vector, byte * 8);
  return function sumOf(codes: Uint8Array, from: number): number {
    let sum = 0;
    for (let byte = 0; byte < bytes; byte++)
      sum += sums[byte * VALUES + (codes[from + byte] as number)] as number;
    return sum;
  };
}

/** Each value differs in its lowest set bit from one before it. */
function fillByte(sums: Float32Array, at: number, vector: Float32Array, first: number): void {
  for (let bit = 0; bit < 8; bit++) sums[at] = (sums[at] as number) + (vector[first + bit] ?? 0);
  for (let value = 1; value < VALUES; value++) {
    const lowest = 31 - Math.clz32(value & -value);
    const other = sums[at + (value & (value - 1))] as number;
    sums[at + value] = other - 2 * (vector[first + lowest] ?? 0);
  }
}
