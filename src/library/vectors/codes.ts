/** The signs of a vector's numbers: bit i % 8 of byte i / 8 is set when number i is negative. */
export function codeOf(vector: Float32Array): Uint8Array {
  const code = new Uint8Array((vector.length + 7) >>> 3);
  const numbers = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  for (let i = 0; i < numbers.length; i++) {
    code[i >>> 3] = (code[i >>> 3] as number) | (((numbers[i] as number) >>> 31) << (i & 7));
  }
  return code;
}
