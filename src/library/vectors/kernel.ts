/** What a row holds after its code: the post’s key and the vector’s id, 4 bytes each. */
export const ROW_TAIL_BYTES = 8;

/** Where the kernel's memory holds what it needs besides the rows. */
export interface Places {
  /** How many accepted rows have each distance: 4 bytes each, all 0 before a scan. */
  counts: number;
  /** The accepted rows: address and distance, 4 bytes each. */
  found: number;
  foundEnd: number;
}

export interface Kernel {
  memory: WebAssembly.Memory;
  /**
   * Finds the rows from `rows` to before `end` whose codes differ least from the query's, which is at
   * address 0. Rows with the key 0 are left out.
   * @param among the address of a bitmap of keys, or 0 to compare all rows.
   * @param keys how many keys the bitmap has a bit for.
   * @param wanted how many rows to find: there is room for more than twice as many.
   * @returns how many rows were found: `wanted` or more, unless there are fewer.
   */
  scan(rows: number, end: number, among: number, keys: number, wanted: number): number;
}

/** What one instruction of 16 bytes can count before its 8-bit sums overflow. */
const MAX_8BIT_SUMS = 31;

/**
 * Assembles the program that compares codes of `vectors` × 16 bytes. It takes 5 to 9 ms for a million codes
 * of 48 bytes; the same in JavaScript takes 70 ms.
 */
export function createKernel(
  vectors: number,
  places: Places,
  counting: (vectors: number) => Counting = process.arch === 'x64' ? countWords : countVectors,
): Kernel {
  const { default: assemble }: typeof import('watr/compile') = require('watr/compile');
  const module = new WebAssembly.Module(
    assemble(kernelText(vectors, places, counting(vectors))) as BufferSource,
  );
  return new WebAssembly.Instance(module).exports as unknown as Kernel;
}

/**
 * A row is accepted when its distance is below `$limit`, or equal to it while fewer than `$wanted` are
 * accepted. The limit falls as soon as enough rows are below it; so the list of found rows holds some
 * that are too far by then, and is tidied when it is full.
 */
function kernelText(
  vectors: number,
  { counts, found, foundEnd }: Places,
  { query, distance }: Counting,
): string {
  const codeBytes = vectors * 16;
  return `(module
  (memory (export "memory") ${Math.ceil(foundEnd / 65_536)})
  (global $limit (mut i32) (i32.const 0))
  (global $last (mut i32) (i32.const 0))

  ${tidyText(found)}

  (func (export "scan")
    (param $row i32) (param $end i32) (param $among i32) (param $keys i32) (param $wanted i32)
    (result i32)
    (local $key i32) (local $distance i32) (local $total i32) (local $count i32)
    ${query.join(' ')}
    (global.set $limit (i32.const ${codeBytes * 8}))
    (global.set $last (i32.const ${found}))
    (local.set $row (i32.sub (local.get $row) (i32.const ${codeBytes + ROW_TAIL_BYTES})))
    (block $done (loop $next
      (local.set $row (i32.add (local.get $row) (i32.const ${codeBytes + ROW_TAIL_BYTES})))
      (br_if $done (i32.ge_u (local.get $row) (local.get $end)))
      (if (local.get $among) (then
        (local.set $key (i32.load offset=${codeBytes} (local.get $row)))
        (br_if $next (i32.ge_u (local.get $key) (local.get $keys)))
        (br_if $next (i32.eqz (i32.and (i32.const 1) (i32.shr_u
          (i32.load (i32.add (local.get $among) (i32.shl (i32.shr_u (local.get $key) (i32.const 5)) (i32.const 2))))
          (local.get $key)))))))

      (local.set $distance ${distance})
      ${acceptText(codeBytes, counts, foundEnd)}
      (br $next)))
    (call $tidy)
    (i32.shr_u (i32.sub (global.get $last) (i32.const ${found})) (i32.const 3))))`;
}

/** Accepts the row, unless it is too far, and lowers the limit. */
function acceptText(codeBytes: number, counts: number, foundEnd: number): string {
  return `(br_if $next (i32.gt_u (local.get $distance) (global.get $limit)))
      (br_if $next (i32.eqz (i32.load offset=${codeBytes} (local.get $row))))
      (br_if $next (i32.and
        (i32.eq (local.get $distance) (global.get $limit))
        (i32.ge_u (local.get $total) (local.get $wanted))))

      (if (i32.ge_u (global.get $last) (i32.const ${foundEnd})) (then (call $tidy)))
      (i32.store (global.get $last) (local.get $row))
      (i32.store offset=4 (global.get $last) (local.get $distance))
      (global.set $last (i32.add (global.get $last) (i32.const 8)))
      (local.set $total (i32.add (local.get $total) (i32.const 1)))
      (local.set $count (i32.shl (local.get $distance) (i32.const 2)))
      (i32.store offset=${counts} (local.get $count)
        (i32.add (i32.load offset=${counts} (local.get $count)) (i32.const 1)))
      (block $low (loop $lower
        (local.set $count (i32.load offset=${counts} (i32.shl (global.get $limit) (i32.const 2))))
        (br_if $low (i32.lt_u (i32.sub (local.get $total) (local.get $count)) (local.get $wanted)))
        (local.set $total (i32.sub (local.get $total) (local.get $count)))
        (global.set $limit (i32.sub (global.get $limit) (i32.const 1)))
        (br $lower)))`;
}

/** Leaves the found rows within the limit. */
function tidyText(found: number): string {
  return `(func $tidy (local $from i32) (local $to i32)
    (local.set $from (i32.const ${found}))
    (local.set $to (i32.const ${found}))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $from) (global.get $last)))
      (if (i32.le_u (i32.load offset=4 (local.get $from)) (global.get $limit)) (then
        (i64.store (local.get $to) (i64.load (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 8)))))
      (local.set $from (i32.add (local.get $from) (i32.const 8)))
      (br $next)))
    (global.set $last (local.get $to)))`;
}

/** How the bits are counted in which a row differs from the query, whose words are kept in locals. */
interface Counting {
  query: string[];
  distance: string;
}

/** By 8 bytes: processors of x86 count the bits of a word by one instruction, but have none for 16 bytes. */
export function countWords(vectors: number): Counting {
  const words = Array.from({ length: vectors * 2 }, (_, i) => i);
  const counts = words.map(
    (i) => `(i64.popcnt (i64.xor (local.get $q${i}) (i64.load offset=${i * 8} (local.get $row))))`,
  );
  return {
    query: loads('i64', words, 8),
    distance: `(i32.wrap_i64 ${counts.reduce((sum, next) => `(i64.add ${sum} ${next})`)})`,
  };
}

/** By 16 bytes, counted into four sums, for processors that have an instruction for that. */
export function countVectors(vectors: number): Counting {
  const all = Array.from({ length: vectors }, (_, i) => i);
  const lane = (i: number) => `(i32x4.extract_lane ${i} (local.get $sum))`;
  return {
    query: ['(local $sum v128)', ...loads('v128', all, 16)],
    distance: `(block (result i32) (local.set $sum ${differences(all)})
        (i32.add (i32.add ${lane(0)} ${lane(1)}) (i32.add ${lane(2)} ${lane(3)})))`,
  };
}

/** Local variables with the query's words, which are loaded from address 0. */
function loads(type: 'i64' | 'v128', words: number[], bytes: number): string[] {
  return [
    ...words.map((i) => `(local $q${i} ${type})`),
    ...words.map((i) => `(local.set $q${i} (${type}.load offset=${i * bytes} (i32.const 0)))`),
  ];
}

/** Four sums of the bits in which a row differs from the query. */
function differences(vectors: number[]): string {
  const sums: string[] = [];
  for (let from = 0; from < vectors.length; from += MAX_8BIT_SUMS) {
    const bytes = vectors
      .slice(from, from + MAX_8BIT_SUMS)
      .map(
        (i) =>
          `(i8x16.popcnt (v128.xor (local.get $q${i}) (v128.load offset=${i * 16} (local.get $row))))`,
      )
      .reduce((sum, next) => `(i8x16.add ${sum} ${next})`);
    sums.push(`(i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u ${bytes}))`);
  }
  return sums.reduce((sum, next) => `(i32x4.add ${sum} ${next})`);
}
