/** One number for each value of each byte of a code. */
const VALUES = 256;

/** Sums are put into so many buckets, instead of being sorted: that takes a tenth of the time. */
const BUCKETS = 4096;

/**
 * For each of some codes the sum of a vector's numbers, each with the sign that the code has for it.
 * Divided by a number that is much the same for all vectors of a model, this is the cosine with an error
 * that is far smaller than that of a comparison of signs with signs.
 * @param words the memory with the codes, of `size` bytes each: a multiple of 4.
 * @param addresses of the codes, in bytes: multiples of 4.
 */
export function signSums(
  vector: Float32Array,
  words: Uint32Array,
  addresses: Uint32Array,
  size: number,
): Float64Array {
  const table = tableOf(vector, size);
  const sums = new Float64Array(addresses.length);
  for (let i = 0; i < addresses.length; i++) {
    let at = 0;
    let odd = 0;
    let even = 0;
    const first = (addresses[i] as number) >>> 2;
    for (let word = first; word < first + (size >>> 2); word++, at += 4 * VALUES) {
      const code = words[word] as number;
      even +=
        (table[at + (code & 255)] as number) + (table[at + 512 + ((code >>> 16) & 255)] as number);
      odd +=
        (table[at + 256 + ((code >>> 8) & 255)] as number) +
        (table[at + 768 + (code >>> 24)] as number);
    }
    sums[i] = even + odd;
  }
  return sums;
}

/** What each value of each byte adds to a sum. */
function tableOf(vector: Float32Array, size: number): Float32Array {
  const table = new Float32Array(size * VALUES);
  for (let byte = 0; byte < size; byte++) fillByte(table, byte * VALUES, vector, byte * 8);
  return table;
}

/** Each value differs in its lowest bit from one that is smaller. */
function fillByte(table: Float32Array, at: number, vector: Float32Array, first: number): void {
  for (let bit = 0; bit < 8; bit++) table[at] = (table[at] as number) + (vector[first + bit] ?? 0);
  for (let value = 1; value < VALUES; value++) {
    const lowest = 31 - Math.clz32(value & -value);
    const other = table[at + (value & (value - 1))] as number;
    table[at + value] = other - 2 * (vector[first + lowest] ?? 0);
  }
}

/** The indexes of sums from the highest to the lowest; those that hardly differ are in any order. */
export function descending(sums: Float64Array): Uint32Array {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < sums.length; i++) {
    const sum = sums[i] as number;
    if (sum < least) least = sum;
    if (sum > most) most = sum;
  }
  const scale = most > least ? (BUCKETS - 1) / (most - least) : 0;
  const bucketOf = (i: number) => ((most - (sums[i] as number)) * scale) | 0;
  const places = new Uint32Array(BUCKETS + 1);
  for (let i = 0; i < sums.length; i++)
    places[bucketOf(i) + 1] = (places[bucketOf(i) + 1] as number) + 1;
  for (let i = 1; i <= BUCKETS; i++) places[i] = (places[i] as number) + (places[i - 1] as number);
  const order = new Uint32Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const place = places[bucketOf(i)] as number;
    order[place] = i;
    places[bucketOf(i)] = place + 1;
  }
  return order;
}
